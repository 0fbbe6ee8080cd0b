import Testing

@Suite struct `a hundred simultaneous deliveries of one push` {
    @Test func `are all answered after a single pull`() throws {
        let site = try ServedSite(remote: .ssh)
        let commit = try site.forge.push("second")
        let delivery = try GitHubDelivery.push(of: commit)
        try site.ssh.hang()

        let requests = try (1...100).map { try site.send(delivery.with("X-GitHub-Delivery", "delivery-\($0)")) }
        // The ping is sent last. After its reply most of the deliveries wait for the pull.
        let last = try site.post(GitHubDelivery(event: "ping", body: "{}"))
        try site.ssh.goOn()
        let replies = try requests.map { try $0.reply() }

        #expect(last.status == 200)
        #expect(replies.allSatisfy { $0.status == 200 && $0.body == "{}" })
        #expect(replies.allSatisfy { ["deployed", "duplicate"].contains($0["Bellpull-Outcome"]) })
        // A delivery after the pull is a duplicate. Most deliveries have to come during the pull.
        #expect(replies.count { $0["Bellpull-Outcome"] == "deployed" } > 50)
        #expect(Set(replies.map { $0["Bellpull-Delivery"] }).count == 100)
        #expect(site.bellpull.says("updated to \(commit.prefix(6))"))
        #expect(site.bellpull.deployments.count == 1)
        #expect(site.ssh.diary.count { $0.hasPrefix("begin") } == 1)
        #expect(try site.web.log.entries(101).count == 101)
    }
}
