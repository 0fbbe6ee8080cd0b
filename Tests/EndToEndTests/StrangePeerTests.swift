import Foundation
import Testing

@Suite(.bait, .serialized) struct `a hostile FastCGI peer` {
    @Test func `deploys if it sends the same as nginx`() throws {
        let bait = try Bait()
        let reply = try RawFastCGI.reply(to: request(bait.delivery), on: bait.site.socket)
        #expect(reply["Bellpull-Outcome"] == "deployed")
    }

    @Test(arguments: [nil, "", "-1"])
    func `deploys without a usable content length, as Apache and Caddy send a chunked body`(length: String?) throws {
        let bait = try Bait()
        var params = RawFastCGI.params(bait.delivery).filter { $0.name != "CONTENT_LENGTH" }
        if let length { params.append((name: "CONTENT_LENGTH", value: length)) }
        let longer = RawFastCGI.request(params, body: bait.delivery.body + Data(" ".utf8))
        #expect(try RawFastCGI.reply(to: longer, on: bait.site.socket).status == 401)
        let tooLong = RawFastCGI.request(params, body: Data(count: 26_214_401))
        #expect(try RawFastCGI.reply(to: tooLong, on: bait.site.socket).status == 413)
        try bait.isUntouched()
        let reply = try RawFastCGI.reply(
            to: RawFastCGI.request(params, body: bait.delivery.body), on: bait.site.socket)
        #expect(reply["Bellpull-Outcome"] == "deployed")
        let get = params.map { $0.name == "REQUEST_METHOD" ? (name: $0.name, value: "GET") : $0 }
        #expect(try RawFastCGI.reply(to: RawFastCGI.request(get), on: bait.site.socket).status == 405)
    }

    @Test(arguments: ["-2", "+5", " 5", "5 ", "0x10", "1e3", "five", "99999999999999999999999999", "\u{665}"])
    func `is refused if its content length is not a number`(length: String) throws {
        try isRefused(status: 400, because: "the content length is not a number of bytes") { params in
            params["CONTENT_LENGTH"] = length
        }
    }

    @Test(arguments: [(-1, "longer"), (1, "shorter"), (1_000_000, "shorter")])
    func `is refused if its content length differs from the body's`(difference: Int, relation: String) throws {
        let length = try Bait.current.delivery.body.count + difference
        try isRefused(status: 400, because: "the body is \(relation) than its content length") { params in
            params["CONTENT_LENGTH"] = "\(length)"
        }
    }

    @Test(arguments: ["26214401", "9223372036854775807"])
    func `is refused if its content length exceeds the limit`(length: String) throws {
        let growth = try Bait.current.site.bellpull.memoryGrowth {
            try isRefused(status: 413, because: "the body is larger than 26214400 bytes") { params in
                params["CONTENT_LENGTH"] = length
            }
        }
        #expect(growth < 4 << 20)
    }

    @Test(arguments: ["CONTENT_LENGTH", "REQUEST_METHOD", "PATH_INFO", "CONTENT_TYPE", "HTTP_X_HUB_SIGNATURE_256"])
    func `is refused if it repeats a parameter`(name: String) throws {
        let bait = try Bait.current
        let params = RawFastCGI.params(bait.delivery)
        let twice = params + params.filter { $0.name == name }

        let reply = try RawFastCGI.reply(to: RawFastCGI.request(twice, body: bait.delivery.body), on: bait.site.socket)

        #expect(reply.status == 400)
        #expect(reply["Bellpull-Outcome"] == "malformed")
        try bait.isUntouched()
    }

    @Test func `cannot bring parameters into git's environment`() throws {
        let site = try ServedSite(remote: .ssh)
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        let evil = [
            "HTTP_PROXY", "http_proxy", "GIT_SSH_COMMAND", "GIT_DIR", "GIT_CONFIG_GLOBAL", "GITHUB_SECRET", "REPO_PATH",
            "BELLPULL_TIMEOUT", "LD_PRELOAD", "PATH", "HOME",
        ].map { (name: $0, value: "evil") }

        let reply = try RawFastCGI.reply(
            to: RawFastCGI.request(RawFastCGI.params(delivery) + evil, body: delivery.body), on: site.socket)

        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try !site.ssh.environment.contains("evil"))
    }

    /// Expects that Bellpull refuses the delivery with changed parameters, sent to the socket directly.
    private func isRefused(
        status: Int, because reason: String, _ change: (inout [String: String]) -> Void
    ) throws {
        let bait = try Bait.current
        var params = Dictionary(uniqueKeysWithValues: RawFastCGI.params(bait.delivery).map { ($0.name, $0.value) })
        change(&params)
        let request = RawFastCGI.request(params.map { ($0.key, $0.value) }, body: bait.delivery.body)

        let reply = try RawFastCGI.reply(to: request, on: bait.site.socket)

        #expect(reply.status == status)
        #expect(reply.error == reason)
        try bait.isUntouched()
    }

    private func request(_ delivery: GitHubDelivery) -> [UInt8] {
        RawFastCGI.request(RawFastCGI.params(delivery), body: delivery.body)
    }
}
