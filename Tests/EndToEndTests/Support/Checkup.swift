import Foundation
import TestSupport
import Testing

/// A correct configuration, for a test to break and for `bellpull check` to examine.
final class Checkup: Sendable {
    /// A result in the output of `bellpull check --json`.
    struct CheckResult: Decodable {
        let severity: String
        let subject: String
        let message: String
        let hint: String?
    }

    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository
    /// The socket in place of Bellpull's, on which nobody answers.
    private let idle: IdleSocket?

    /// Makes a forge, a clone, the configuration of a site, and nginx's files. A program in place of curl finds that the
    /// hook leads to Bellpull.
    ///
    /// - Parameter listens: whether a process listens on the socket.
    init(listens: Bool = true) throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        idle = listens ? try IdleSocket(path: folder("bellpull.sock")) : nil
        try write(#"accept_sha1 = true"#, to: folder("bellpull.toml"))
        try configure(#"repository = "alice/blog""#, #"branch = "main""#)
        try FileManager.default.createDirectory(atPath: folder("state"), withIntermediateDirectories: true)
        try installNginx()
        try FileManager.default.createDirectory(atPath: folder("bin"), withIntermediateDirectories: true)
        try answer("HTTP/1.1 401 Unauthorized", "Bellpull-Outcome: rejected")
    }

    /// Has the program in place of curl print the headers `lines`.
    func answer(_ lines: String...) throws {
        let text = lines.map { "\($0)\\r\\n" }.joined()
        try Shell.writeExecutable("#!/bin/sh\nprintf '\(text)'\n", to: folder("bin/curl"))
    }

    /// Writes the file of the site: its path and `lines`.
    func configure(_ lines: String...) throws {
        try write((["path = \"\(clone.path)\""] + lines).joined(separator: "\n"), to: folder("sites/blog.toml"))
    }

    /// Writes nginx's files of Debian and Bellpull, with `changes` to Bellpull's location.
    func installNginx(user: String? = nil, _ changes: (String, String)...) throws {
        var snippet = try WebServer.file("bellpull.conf")
        for (old, new) in [("/run/bellpull/bellpull.sock", socket)] + changes {
            guard snippet.contains(old) else { throw Trouble("bellpull.conf has no \(old)") }
            snippet = snippet.replacing(old, with: new)
        }
        try write(snippet, to: folder("nginx/snippets/bellpull.conf"))
        try write(try WebServer.file("bellpull-log.conf"), to: folder("nginx/conf.d/bellpull-log.conf"))
        try write(try WebServer.file("example-site.conf"), to: folder("nginx/sites-enabled/blog"))
        let main = "http { include \(folder("nginx"))/conf.d/*.conf; include sites-enabled/*; }\n"
        try write((user.map { "user \($0);\n" } ?? "") + main, to: folder("nginx/nginx.conf"))
    }

    var socket: String { folder("bellpull.sock") }

    var environment: [String: String] {
        Repository.environment(home: folder.path).merging(
            [
                "GITHUB_SECRET": GitHubDelivery.secret, "STATE_DIRECTORY": folder("state"),
                "BELLPULL_CONFIG": folder("bellpull.toml"), "SYSTEMD_UNIT_PATH": folder("units"),
                "PATH": "\(folder("bin")):/usr/local/bin:/usr/bin:/bin",
            ]) { $1 }
    }

    /// Runs `bellpull check arguments…` with `changes` to the environment.
    func run(_ arguments: [String] = [], _ changes: [String: String?] = [:]) throws -> Program.Result {
        var environment = environment
        for (name, value) in changes { environment[name] = value }
        let places = ["--socket", socket, "--nginx", folder("nginx")]
        return try Program.run(
            [try BuiltProgram.path, "check"] + places + arguments, environment: environment, within: .seconds(60))
    }

    /// Returns the results of `bellpull check --json`, and whether the command exits with 1.
    func results(
        _ arguments: [String] = [], _ changes: [String: String?] = [:]
    ) throws -> (all: [CheckResult], wouldFail: Bool) {
        let result = try run(arguments + ["--json"], changes)
        guard result.errors.isEmpty, [.exited(0), .exited(1)].contains(result.ending) else {
            throw Trouble("bellpull check: \(result.ending) \(result.errors)")
        }
        let decoder = JSONDecoder()
        let all = try decoder.decode([CheckResult].self, from: Data(result.output.utf8))
        return (all, result.ending == .exited(1))
    }
}

extension Checkup {
    /// Expects a result whose message and hint have these beginnings, and exit code 1 after an error.
    ///
    /// - Parameters:
    ///   - arguments: the arguments of the command.
    ///   - changes: changes to the environment.
    func finds(
        _ severity: String, _ subject: String, _ message: String, hint: String?, asking arguments: [String] = [],
        with changes: [String: String?] = [:], at location: SourceLocation = #_sourceLocation
    ) throws {
        let (all, wouldFail) = try results(arguments, changes)
        let found = all.contains { result in
            result.severity == severity && result.subject == subject && result.message.hasPrefix(message)
                && (hint.map { result.hint?.hasPrefix($0) == true } ?? (result.hint == nil))
        }
        #expect(found, "\(all)", sourceLocation: location)
        if severity == "error" { #expect(wouldFail, sourceLocation: location) }
        #expect(wouldFail == all.contains { $0.severity == "error" }, sourceLocation: location)
        // Each problem has a hint.
        #expect(all.allSatisfy { $0.severity == "ok" || $0.hint?.isEmpty == false }, sourceLocation: location)
    }

    /// Gives the state directory, the clone and the forge to nobody. `bellpull check` then runs as nobody.
    func giveEverythingToNobody() throws {
        guard chmod(folder.path, 0o755) == 0 else { throw Trouble("cannot open \(folder.path)") }
        for name in ["state", "blog", "forge"] {
            let result = try Program.run(["chown", "-R", "nobody", folder(name)], environment: environment)
            guard result.ending == .exited(0) else { throw Trouble(result.errors) }
        }
    }
}
