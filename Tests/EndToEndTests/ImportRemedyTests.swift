import Foundation
import TestSupport
import Testing

/// What `bellpull import` prints as left to do, pasted.
@Suite struct `a remedy of bellpull import` {
    private let server: NewServer

    init() throws { server = try NewServer() }

    /// Imports a hook of the folder `srv/blog`, with or without the name of the repository. Returns what is left.
    private func left(repository: String?) throws -> String {
        let rule = repository.map {
            ", {\"match\": {\"type\": \"value\", \"value\": \"\($0)\", \"parameter\": {\"source\": \"payload\", \"name\": \"repository.full_name\"}}}"
        }
        try write(
            """
            [{"id": "blog", "execute-command": "/x", "command-working-directory": "\(server.folder("srv/blog"))",
              "trigger-rule": {"and": [{"match": {"type": "value", "value": "refs/heads/main", "parameter": {"source": "payload", "name": "ref"}}}\(rule ?? "")]}}]
            """, to: server.folder("hooks.json"))
        let result = try server.run(["import", server.folder("hooks.json"), "--write"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        return result.output
    }

    /// Runs the command after `words` as a person pastes it, with the repository in place of the placeholders.
    private func paste(after words: String, in output: String) throws -> Program.Result {
        let line = try #require(output.split(separator: "\n").first { $0.contains(words) })
        let start = try #require(line.firstRange(of: words)).upperBound
        let name = server.forge.bare.split(separator: "/").suffix(2).joined(separator: "/").replacing(".git", with: "")
        let command = line[start...].replacing("repository = \"OWNER/NAME\"", with: "repository = \"\(name)\"")
            .replacing("OWNER/NAME", with: server.forge.bare).replacing("URL", with: server.forge.bare)
        try FileManager.default.createDirectory(atPath: server.folder("bin"), withIntermediateDirectories: true)
        try Shell.writeExecutable(
            "#!/bin/sh\ncommand=$1; shift\nexec '\(try BuiltProgram.path)' $command --nginx '\(server.folder("nginx"))' --socket '\(server.folder("s"))' \"$@\"\n",
            to: server.folder("bin/bellpull"))
        return try Program.run(["sh", "-c", String(command)], environment: server.environment, within: .seconds(60))
    }

    @Test(arguments: [true, false]) func `makes the missing clone`(_ namesRepository: Bool) throws {
        let name = server.forge.bare.split(separator: "/").suffix(2).joined(separator: "/").replacing(".git", with: "")
        let output = try left(repository: namesRepository ? name : nil)
        let result = try paste(after: "this makes one: ", in: output)
        #expect(result.ending == .exited(0), "\(output)\n\(result.errors)")
        #expect(access(server.folder("srv/blog/.git"), F_OK) == 0)
        let check = try server.run(["check", "--configuration-only"])
        #expect(check.ending == .exited(0), "\(check.output)")
    }

    @Test(.enabled(if: geteuid() != 0)) func `names the folder that hides the file`() throws {
        try FileManager.default.createDirectory(atPath: server.folder("closed"), withIntermediateDirectories: true)
        try write("[]", to: server.folder("closed/hooks.json"))
        chmod(server.folder("closed"), 0o600)
        defer { chmod(server.folder("closed"), 0o700) }
        let result = try server.run(["import", server.folder("closed/hooks.json")])
        #expect(result.ending == .exited(1))
        let problems = NewServer.problems(result)
        #expect(problems.first?.contains("may not enter the folder \(server.folder("closed"))") == true)
        #expect(problems.last == "hint: sudo bellpull import \(server.folder("closed/hooks.json"))")
    }

    @Test(.enabled(if: geteuid() != 0)) func `names the folder that hides a clone`() throws {
        try FileManager.default.createDirectory(atPath: server.folder("srv"), withIntermediateDirectories: true)
        chmod(server.folder("srv"), 0o600)
        defer { chmod(server.folder("srv"), 0o700) }
        let output = try left(repository: "alice/blog")
        #expect(output.contains("may not enter the folder \(server.folder("srv")). Run as root: sudo bellpull import"))
        #expect(!output.contains("is no clone here"))
    }
}
