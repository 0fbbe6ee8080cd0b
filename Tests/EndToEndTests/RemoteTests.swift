import Testing

@Suite struct `a site with a remote of any kind` {
    @Test(arguments: ServedSite.Remote.allCases)
    func `is deployed from its remote`(remote: ServedSite.Remote) throws {
        let site = try ServedSite(remote: remote)
        let commit = try site.forge.push("second")

        let reply = try site.post(.push(of: commit))

        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try site.visit().body == "second")
    }

    @Test(arguments: ServedSite.Remote.allCases)
    func `stays as it is while its remote is gone`(remote: ServedSite.Remote) throws {
        let site = try ServedSite(remote: remote)
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        let before = try site.clone.state
        try site.forge.vanish()

        let failed = try site.post(delivery)

        #expect(failed.status == 500)
        #expect(failed["Bellpull-Outcome"] == "failed")
        #expect(failed["Bellpull-Reason"]?.hasPrefix("the remote ") == true)
        #expect(try site.clone.state == before)

        try site.forge.comeBack()
        #expect(try site.post(delivery)["Bellpull-Outcome"] == "deployed")
    }
}
