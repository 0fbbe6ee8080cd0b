import Foundation
import TestSupport
import Testing

@Suite struct `bellpull add --wait` {
    private func deliver(_ server: NewServer, _ web: WebServer, event: String, secret: String) throws -> Reply {
        let delivery = try GitHubDelivery(event: event, body: #"{"zen":"x","hook_id":1}"#, secret: secret)
        return try RawHTTP(
            port: web.port, RawHTTP.request("POST", "/github/blog", headers: delivery.headers, body: delivery.body)
        ).reply()
    }

    @Test func `says what is wrong with a delivery, and ends with the first good one`() throws {
        let server = try NewServer()
        let web = try WebServer(
            in: server.folder, root: server.folder("srv/blog"), socket: server.folder("bellpull.sock"),
            changes: [("disable_symlinks on", "#disable_symlinks on")])
        defer { web.end() }
        _ = try server.add(nil, as: "other")
        let bellpull = try Responder(
            ["--socket", server.folder("bellpull.sock")], environment: server.environment, logFile: server.folder("log")
        )
        defer { bellpull.program.end() }
        let add = try Program(
            try server.command([
                "add", server.forge.bare, "--path", server.folder("srv/blog"), "--wait", "--within", "30s",
            ]),
            environment: server.environment, output: server.folder("output"), errors: server.folder("errors"))
        defer { add.end() }
        func says(_ words: String) -> Bool {
            Observation.eventually { (try? text(of: server.folder("errors")).contains(words)) == true }
        }
        try #require(says("waiting up to 30s for the first delivery"))

        #expect(try deliver(server, web, event: "ping", secret: "wrong, but long enough").status == 401)
        #expect(says("a delivery was rejected: the signature does not match the body and the secret"))
        #expect(add.isRunning)
        let secret = String(try text(of: server.folder("etc/blog.secret")).dropLast())
        #expect(try deliver(server, web, event: "ping", secret: secret)["Bellpull-Outcome"] == "ping")
        #expect(add.ending(within: .seconds(10)) == .exited(0))
        #expect(try text(of: server.folder("output")).contains("the first delivery has arrived: ping, ping"))
        // Nothing is stored for it, and the service goes on.
        #expect(try deliver(server, web, event: "ping", secret: secret).status == 200)
    }

    @Test func `says what to check when nothing arrives`() throws {
        let server = try NewServer()
        _ = try server.add(nil, as: "other")
        let bellpull = try Responder(
            ["--socket", server.folder("bellpull.sock")], environment: server.environment, logFile: server.folder("log")
        )
        defer { bellpull.program.end() }
        let result = try server.add(nil, as: "blog", "--wait", "--within", "500ms")
        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("bellpull: error: no delivery has arrived within 500ms"))
        #expect(result.errors.contains("bellpull check blog tries the hook"))
        #expect(try server.add(nil, as: "blog", "--wait", "--within", "soon").ending == .exited(64))
    }

    @Test func `says that no service runs`() throws {
        let server = try NewServer()
        let result = try server.add(nil, as: "blog", "--wait")
        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("no bellpull runs, so no delivery can arrive"))
        #expect(FileManager.default.fileExists(atPath: server.folder("etc/sites/blog.toml")))
    }
}
