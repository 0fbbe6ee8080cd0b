import Testing

@Suite struct `a site that follows a branch` {
    let site: ServedSite
    let commit: String
    let before: String

    init() throws {
        site = try ServedSite()
        commit = try site.forge.push("second")
        before = try site.clone.state
    }

    @Test func `answers a ping`() throws {
        let reply = try site.post(GitHubDelivery(event: "ping", body: #"{"zen":"Keep it logically awesome."}"#))

        #expect(reply.status == 200)
        #expect(reply.body == "{}")
        #expect(reply["Bellpull-Outcome"] == "ping")
        #expect(try site.web.log.entries(1).first?.outcome == "ping")
        #expect(try site.clone.state == before)
    }

    @Test func `ignores a push to another branch`() throws {
        let draft = try site.forge.push("draft", branch: "draft")
        try ignores(
            .push(of: draft, ref: "refs/heads/draft"),
            because: "refs/heads/draft is not followed; the site follows main")
    }

    @Test func `ignores a tag`() throws {
        try ignores(.push(of: commit, ref: "refs/tags/v1"), because: "refs/tags/v1 is not a branch")
    }

    @Test func `ignores the deletion of its branch`() throws {
        try ignores(.push(of: commit, deleted: true), because: "refs/heads/main was deleted")
    }

    @Test func `ignores a push to another repository`() throws {
        try ignores(.push(of: commit, repository: "mallory/blog"), because: "no site follows repository mallory/blog")
    }

    @Test func `ignores an unknown event`() throws {
        let body = try GitHubDelivery.payload(of: commit)
        try ignores(GitHubDelivery(event: "sneeze", body: body), because: "the event sneeze is not a push")
    }

    /// Expects 200 for `delivery`, `reason` in the reply and both logs, and no deployment.
    private func ignores(_ delivery: GitHubDelivery, because reason: String) throws {
        let reply = try site.post(delivery)

        #expect(reply.status == 200)
        #expect(reply.body == "{}")
        #expect(reply["Bellpull-Outcome"] == "ignored")
        #expect(reply["Bellpull-Reason"] == reason)
        #expect(try site.web.log.entries(1).first?.reason == reason)
        #expect(site.bellpull.says("outcome=ignored") && site.bellpull.says(#"reason="\#(reason)""#))
        #expect(site.bellpull.deployments.isEmpty)
        #expect(try site.clone.state == before)
    }
}
