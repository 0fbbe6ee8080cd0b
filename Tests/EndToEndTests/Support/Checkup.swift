import Foundation
import TestSupport
import Testing

/// A set-up that is as it should be, for a test to break, and `bellpull check` of it.
final class Checkup: Sendable {
    /// What was found, as `--json` tells it.
    struct CheckResult: Decodable {
        let severity: String
        let subject: String
        let message: String
        let hint: String?
    }

    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository

    /// A forge, a clone of its repository, and a configuration with both.
    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        try write(#"accept_sha1 = true"#, to: folder("bellpull.toml"))
        try configure(#"repository = "alice/blog""#, #"branch = "main""#)
        try FileManager.default.createDirectory(atPath: folder("state"), withIntermediateDirectories: true)
        try installNginx()
    }

    /// Writes the site's file: its path, and these lines.
    func configure(_ lines: String...) throws {
        try write((["path = \"\(clone.path)\""] + lines).joined(separator: "\n"), to: folder("sites/blog.toml"))
    }

    /// nginx's files as Debian and Bellpull bring them, with these changes to Bellpull's location.
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
            ]) { $1 }
    }

    /// Runs `bellpull check arguments…`, with these variables changed.
    func run(_ arguments: [String] = [], _ changes: [String: String?] = [:]) throws -> Program.Result {
        var environment = environment
        for (name, value) in changes { environment[name] = value }
        let places = ["--socket", socket, "--nginx", folder("nginx")]
        return try Program.run(
            [try Responder.executable, "check"] + places + arguments, environment: environment, within: .seconds(60))
    }

    /// What `bellpull check --json` finds, and whether it says that something would fail.
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
    /// Expects a result whose message and hint begin so, and, if it is an error, that something is said to fail.
    ///
    /// - Parameters:
    ///   - arguments: those of the command.
    ///   - changes: variables that are other than usual.
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
        // Whatever is wrong has a way out.
        #expect(all.allSatisfy { $0.severity == "ok" || $0.hint?.isEmpty == false }, sourceLocation: location)
    }

    /// From now on the state directory, the clone and the forge belong to nobody, as whom root then asks.
    func giveEverythingToNobody() throws {
        guard chmod(folder.path, 0o755) == 0 else { throw Trouble("cannot open \(folder.path)") }
        for name in ["state", "blog", "forge"] {
            let result = try Program.run(["chown", "-R", "nobody", folder(name)], environment: environment)
            guard result.ending == .exited(0) else { throw Trouble(result.errors) }
        }
    }
}
