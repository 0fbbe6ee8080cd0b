import Testing

@Suite struct `a push with only a SHA-1 signature` {
    @Test func `is deployed`() throws {
        let site = try ServedSite()
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))

        let reply = try site.post(delivery.with("X-Hub-Signature-256", nil))

        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try site.visit().body == "second")
    }

    @Test(arguments: [(["--no-sha1"], [:]), ([], ["BELLPULL_NO_SHA1": "1"])])
    func `is rejected if SHA-1 is turned off`(
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
