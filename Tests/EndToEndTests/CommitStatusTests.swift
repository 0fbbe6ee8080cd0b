import Foundation
import TestSupport
import Testing

@Suite struct `a site that sets the status of its commits` {
    private static let token = "t0ken-of-the-forge"

    private func server(
        _ receiver: FakeReceiver, forge: String = "gitea", api: String = "/api/v1", _ lines: String = ""
    ) throws -> SteppedServer {
        let server = try SteppedServer("", started: false)
        try write(Self.token + "\n", to: server.folder("etc/blog.token"))
        chmod(server.folder("etc/blog.token"), 0o640)
        try server.configure(
            """
            \(`a site that tells a program`.test)build = "sleep 1"
            forge = "\(forge)"
            status_token_file = "\(server.folder("etc/blog.token"))"
            status_api = "\(receiver.address)\(api)"
            status_url = "https://example.com/bellpull"
            \(lines)
            """)
        try server.start()
        return server
    }

    /// Pushes `text`, delivers as the forge does, and waits for the reply.
    private func deploy(_ server: SteppedServer, _ text: String, forge: String = "gitea") throws -> String {
        let commit = try server.forge.push(text)
        let sender = try #require(ForgePush.all.first { $0.forge == forge })
        _ = try server.server.post(
            sender.delivery(of: ForgePush.News(commit: commit), secret: GitHubDelivery.secret))
        return commit
    }

    @Test func `says that the deployment runs, and how it ended`() throws {
        let receiver = try FakeReceiver()
        try receiver.start()
        let server = try server(receiver)
        let good = try deploy(server, "good")
        let hostile = "bad \"x\" $(id)"
        let bad = try deploy(server, hostile)
        let requests = receiver.requests(4)
        #expect(requests.map { $0["state"] } == ["pending", "success", "pending", "failure"])
        let paths = [good, good, bad, bad].map { "/api/v1/repos/alice/blog/statuses/\($0)" }
        #expect(requests.map(\.path) == paths && requests.allSatisfy { $0.method == "POST" })
        for request in requests {
            #expect(request.headers["authorization"] == "token \(Self.token)")
            #expect(
                request.headers["content-type"] == "application/json" && request.headers["accept"] == "application/json"
            )
            #expect(request["context"] == "bellpull/blog")
            #expect(request["target_url"]?.hasPrefix("https://example.com/bellpull/deployment/") == true)
        }
        #expect(requests[1]["description"]?.hasPrefix("live after ") == true)
        #expect(requests[3]["description"] == "test failed with exit status 3: \(hostile)")
        #expect(try !server.server.bellpull.log.contains(Self.token))
        #expect(try !server.command("history", "--json").output.contains(Self.token))
        #expect(Observation.eventually { (try? server.server.ledger("SELECT count(*) FROM notice")) == ["0"] })
    }

    @Test(arguments: [
        ("github", "", "authorization", "Bearer \(token)"), ("gitlab", "/api/v4", "private-token", token),
        ("bitbucket", "/2.0", "authorization", "Bearer \(token)"),
    ])
    func `speaks to each forge in its own words`(_ forge: String, _ api: String, _ header: String, _ value: String)
        throws
    {
        let receiver = try FakeReceiver()
        try receiver.start()
        let server = try server(receiver, forge: forge, api: api)
        _ = try deploy(server, "bad", forge: forge)
        let requests = receiver.requests(2)
        #expect(requests.count == 2 && requests.allSatisfy { $0.headers[header] == value && $0.path.hasPrefix(api) })
    }

    @Test func `speaks to Bitbucket, whose statuses are builds with a key`() throws {
        let receiver = try FakeReceiver()
        try receiver.start()
        let server = try server(receiver, forge: "bitbucket", api: "/2.0")
        let good = try deploy(server, "good", forge: "bitbucket")
        let bad = try deploy(server, "bad", forge: "bitbucket")
        let requests = receiver.requests(4)
        #expect(requests.map { $0["state"] } == ["INPROGRESS", "SUCCESSFUL", "INPROGRESS", "FAILED"])
        let paths = [good, good, bad, bad].map { "/2.0/repositories/alice/blog/commit/\($0)/statuses/build" }
        #expect(requests.map(\.path) == paths && requests.allSatisfy { $0.method == "POST" })
        #expect(requests.allSatisfy { $0["key"] == "bellpull/blog" && $0["name"] == "bellpull/blog" })
        #expect(requests.allSatisfy { $0["url"]?.hasPrefix("https://example.com/bellpull/deployment/") == true })
        #expect(requests.last?["description"] == "test failed with exit status 3: bad")
        #expect(Observation.eventually { (try? server.server.ledger("SELECT count(*) FROM notice")) == ["0"] })
    }

    @Test func `tries again after a limit, a page for people and a server that hangs, with the newest status`() throws {
        let receiver = try FakeReceiver()
        var limit = FakeReceiver.Answer(status: 429)
        limit.headers["Retry-After"] = "1"
        try receiver.start(
            limit, FakeReceiver.Answer(status: 200, headers: ["Content-Type": "text/html"], body: "<html>log in</html>")
        )
        let server = try server(receiver)
        let commit = try deploy(server, "good")
        // The pending status is replaced by the result, which is tried again after 5 s.
        let requests = receiver.requests(3)
        #expect(requests.map { $0["state"] } == ["pending", "success", "success"])
        #expect(requests.allSatisfy { $0.path.hasSuffix(commit) })
        let log = try server.server.bellpull.log
        #expect(log.split(separator: "\n").count { $0.contains("commit status not sent") } == 1, "told once")
        #expect(log.contains("reason=\"the answer is 429\" next=5s"))
        #expect(try server.server.bellpull.says("commit status sent again site=blog"))
    }

    @Test func `drops what the forge refuses, with one warning that says what to do`() throws {
        let receiver = try FakeReceiver()
        try receiver.start(
            FakeReceiver.Answer(status: 401), FakeReceiver.Answer(status: 401), FakeReceiver.Answer(status: 401))
        let server = try server(receiver)
        _ = try deploy(server, "good")
        _ = try deploy(server, "bad")
        #expect(receiver.requests(4).map { $0["state"] } == ["pending", "success", "pending", "failure"])
        #expect(try server.server.bellpull.says("commit status sent again"))
        let lines = try server.server.bellpull.log.split(separator: "\n")
        #expect(lines.count { $0.contains("commit status dropped") } == 1)
        #expect(
            lines.contains {
                $0.hasSuffix(
                    "hint: write a valid token to the file that status_token_file names, then: bellpull reload")
            })
        #expect(Observation.eventually { (try? server.server.ledger("SELECT count(*) FROM notice")) == ["0"] })
    }

    @Test func `delays no deployment by a forge that hangs, and sends after a restart`() throws {
        let receiver = try FakeReceiver()
        try receiver.start(FakeReceiver.Answer(delay: 60))
        let server = try server(receiver)
        let start = ContinuousClock.now
        let commit = try deploy(server, "good")
        #expect(start.duration(to: .now) < .seconds(4))
        #expect(receiver.requests(1).count == 1)
        try server.server.killBellpull()
        _ = try server.server.ledger("UPDATE notice SET next_try = 0")
        try server.start()
        let last = receiver.requests(2).last
        #expect(last?["state"] == "success" && last?.path.hasSuffix(commit) == true)
    }
}
