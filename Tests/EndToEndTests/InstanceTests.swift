import Foundation
import TestSupport
import Testing

/// Two users' Bellpulls behind one nginx with the project's file for each.
@Suite(.onPlainThreads) struct `two instances on one machine` {
    private struct User {
        let name: String
        let clone: Repository
        let bellpull: Responder
        let environment: [String: String]
        let secret: String
    }

    private let folder: TemporaryFolder
    private let forge: Forge
    private let web: WebServer
    private let alice: User
    private let bob: User

    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        for name in ["alice", "bob"] {
            var file = try WebServer.file("bellpull-instance.conf").replacing("alice", with: name)
            file = file.replacing("/run/bellpull-\(name)/bellpull.sock", with: folder("\(name).sock"))
            file = file.replacing("/var/log/nginx/bellpull.log", with: folder("nginx/bellpull.log"))
            try write(file, to: folder("nginx/snippets/bellpull-\(name).conf"))
        }
        let both = "include snippets/bellpull-alice.conf; include snippets/bellpull-bob.conf;"
        web = try WebServer(
            in: folder, root: folder("alice"), socket: folder("bellpull.sock"),
            changes: [("include snippets/bellpull.conf;", "\(both) include snippets/bellpull.conf;")])
        alice = try Self.user("alice", in: folder, forge)
        bob = try Self.user("bob", in: folder, forge)
    }

    /// Starts the Bellpull of `name`. The variables replace the paths of an installed instance.
    private static func user(_ name: String, in folder: TemporaryFolder, _ forge: Forge) throws -> User {
        let clone = try forge.clone(to: folder(name))
        let secret = "the secret of \(name), which is long"
        try write("\(secret)\n", to: folder("\(name).secret"))
        chmod(folder("\(name).secret"), 0o600)
        let settings = """
            secret_file = "\(folder("\(name).secret"))"
            catch_up = "0"
            [[site]]
            name = "\(name)-site"
            repository = "alice/blog"
            branch = "main"
            path = "\(clone.path)"

            """
        try write(settings, to: folder("\(name).toml"))
        let environment = Repository.environment(home: folder.path).merging(
            [
                "BELLPULL_CONFIG": folder("\(name).toml"), "STATE_DIRECTORY": folder("state-\(name)"),
                "RUNTIME_DIRECTORY": folder("run-\(name)"),
            ]) { $1 }
        let bellpull = try Responder(
            ["--instance", name, "--socket", folder("\(name).sock")], environment: environment,
            logFile: folder("\(name).log"))
        return User(name: name, clone: clone, bellpull: bellpull, environment: environment, secret: secret)
    }

    private func end() {
        alice.bellpull.program.end()
        bob.bellpull.program.end()
        web.end()
    }

    private func push(of commit: String, to hook: String, secret: String) throws -> Reply {
        let push = try GitHubDelivery(event: "push", body: GitHubDelivery.payload(of: commit), secret: secret)
        return try RawHTTP(port: web.port, RawHTTP.request("POST", hook, headers: push.headers, body: push.body))
            .reply()
    }

    private func run(_ user: User, _ arguments: String...) throws -> Program.Result {
        try Program.run([try BuiltProgram.path] + arguments, environment: user.environment)
    }

    @Test func `have a hook each, and deploy only their own sites`() throws {
        defer { end() }
        let commit = try forge.push("second")
        let before = try bob.clone.head
        let reply = try push(of: commit, to: "/github/~alice", secret: alice.secret)
        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(reply["Bellpull-Site"] == "alice-site")
        #expect(try alice.clone.head == commit)
        #expect(try bob.clone.head == before)
        #expect(try push(of: commit, to: "/github/~bob", secret: alice.secret).status == 401)
        #expect(try bob.clone.head == before)
        #expect(try push(of: commit, to: "/github/~bob/", secret: bob.secret)["Bellpull-Site"] == "bob-site")
        #expect(try bob.clone.head == commit)
        #expect(try push(of: commit, to: "/github/~bob/bob-site", secret: bob.secret).status == 404)
        // Nobody listens at the machine's own hook here.
        #expect(try push(of: commit, to: "/github", secret: alice.secret).error == "bellpull is down")
        #expect(try push(of: commit, to: "/github/~carol", secret: alice.secret).status == 502)
        #expect(try web.log.entries(6).map(\.path).prefix(2) == ["/github/~alice", "/github/~bob"])
    }

    @Test func `have a ledger and commands each`() throws {
        defer { end() }
        let commit = try forge.push("second")
        #expect(try push(of: commit, to: "/github/~alice", secret: alice.secret).status == 200)
        let first = try run(alice, "--instance", "alice", "history")
        #expect(first.output.contains("alice-site") && !first.output.contains("bob-site"), "\(first)")
        let other = try run(bob, "history", "--instance=bob")
        #expect(other.ending == .exited(0) && !other.output.contains("alice-site"), "\(other)")
        #expect(try run(alice, "reload", "--instance", "alice").ending == .exited(0))

        alice.bellpull.program.end()
        let late = try run(alice, "--instance", "alice", "reload")
        #expect(late.ending == .exited(1))
        #expect(late.errors.contains("systemctl start bellpull@alice"), "\(late.errors)")
        let wrong = try run(alice, "--instance", "../etc", "status")
        #expect(wrong.ending == .exited(64))
        #expect(wrong.errors.contains("the name of a user"), "\(wrong.errors)")
    }
}
