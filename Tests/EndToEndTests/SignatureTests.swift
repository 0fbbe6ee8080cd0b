import Testing

@Suite struct `a push that only the older signature proves` {
    @Test func `is deployed`() throws {
        let site = try ServedSite()
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))

        let reply = try site.post(delivery.with("X-Hub-Signature-256", nil))

        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try site.visit().body == "second")
    }

    @Test(arguments: [(["--no-sha1"], [:]), ([], ["BELLPULL_NO_SHA1": "1"])])
    func `is refused by someone who has turned that signature off`(
        options: [String], environment: [String: String]
    ) throws {
        let site = try ServedSite(options, environment: environment)
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))

        let reply = try site.post(delivery.with("X-Hub-Signature-256", nil))

        #expect(reply.status == 401)
        #expect(try site.visit().body == "first")
        #expect(site.bellpull.says(#"reason="no signature""#))
        #expect(try site.post(delivery)["Bellpull-Outcome"] == "deployed")
    }
}
