import Foundation
import TestSupport
import Testing

@Suite struct `a person who may not open the ledger` {
    private let server: ConfiguredServer

    init() throws {
        server = try ConfiguredServer(["blog": "branch = \"main\"", "shop": "branch = \"next\""], started: false)
        try FileManager.default.createDirectory(
            atPath: server.folder("run"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        #expect(chmod(server.folder.path, 0o755) == 0)
        try server.start(with: ["RUNTIME_DIRECTORY": server.folder("run")])
        // Another user may not see the folder of the build. A copy by this process would be open for writing in the children of
        // other tests, and so could not run.
        let command = ["cp", try BuiltProgram.path, server.folder("bellpull")]
        let copy = try Program.run(command, environment: server.environment)
        #expect(copy.ending == .exited(0))
    }

    /// Runs `bellpull arguments…` as a user of the service's group, who may not open the state folder.
    private func command(_ arguments: String..., isInGroup: Bool = true) throws -> Program.Result {
        let isRoot = geteuid() == 0
        if !isRoot, !isInGroup { chmod(server.folder("run/status.json"), 0) }
        chmod(server.folder("state"), isRoot ? 0o700 : 0)
        defer { chmod(server.folder("state"), 0o700) }
        let group = isInGroup ? getegid() : 65_534
        let user = isRoot ? ["setpriv", "--reuid=65534", "--regid=\(group)", "--clear-groups"] : []
        let environment = server.environment.merging(["RUNTIME_DIRECTORY": server.folder("run")]) { $1 }
        return try Program.run(user + [server.folder("bellpull")] + arguments, environment: environment)
    }

    private func json(_ result: Program.Result) throws -> [[String: Any]] {
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        guard let records = value as? [[String: Any]] else {
            throw Trouble("no JSON: \(result.output)\(result.errors)")
        }
        return records
    }

    private func status(_ site: String) throws -> [String: Any]? {
        guard access(server.folder("run/status.json"), F_OK) == 0 else { return nil }
        let sites = try json(try command("status", "--json"))
        return sites.first { ($0["name"] as? String) == site }
    }

    private func lastState(_ site: String) throws -> String? {
        (try status(site)?["last"] as? [String: Any])?["state"] as? String
    }

    @Test func `reads status and history all the same`() throws {
        let commit = try server.forge.push("second")
        #expect(try server.post(.push(of: commit)).status == 200)
        #expect(try Observation.eventually { try status("blog")?["commit"] as? String == commit })
        #expect(try lastState("blog") == "deployed")

        let shown = try command("status")
        #expect(shown.ending == .exited(0))
        let lines = shown.output.split(separator: "\n")
        #expect(lines.map { $0.prefix { $0 != " " } } == ["SITE", "blog", "shop"])
        #expect(lines[1].contains(commit.prefix(6)) && lines[1].contains("deployed"))
        #expect(shown.errors.hasPrefix("as of ") && shown.errors.hasSuffix(" ago\n"), "\(shown.errors)")
        let history = try command("history", "blog", "--json")
        #expect(try json(history).map { $0["commit"] as? String } == [commit])
        #expect(try command("history").output.contains("blog"))
        // The same facts as those of the ledger.
        let own = try server.command("history", "--json")
        #expect(try command("history", "--json").output == own.output && !own.output.isEmpty)
    }

    @Test func `is told of a site that does not exist`() throws {
        #expect(Observation.eventually { access(server.folder("run/status.json"), F_OK) == 0 })
        let result = try command("history", "blo")
        #expect(result.ending == .exited(1))
        #expect(
            result.errors.contains("bellpull: error: site blo is not configured\nbellpull: hint: did you mean blog?"))
    }

    @Test func `sees a deployment by the command, and a reload`() throws {
        let commit = try server.forge.push("second")
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        #expect(try Observation.eventually { try status("blog")?["commit"] as? String == commit })
        _ = try server.forge.clone(to: server.folder("sites/copy"))
        try server.configure(site: "copy", "branch = \"main\"")
        #expect(try server.command("reload").ending == .exited(0))
        #expect(try Observation.eventually { try status("copy") != nil })
    }

    @Test func `gets the usual error without the file and without the service`() throws {
        #expect(Observation.eventually { access(server.folder("run/status.json"), F_OK) == 0 })
        let forbidden = try command("status", isInGroup: false)
        #expect(forbidden.ending == .exited(1))
        #expect(forbidden.errors.contains("Permission denied"), "\(forbidden.errors)")
        try server.bellpull.program.end()
        #expect(access(server.folder("run/status.json"), F_OK) != 0)
        #expect(try command("history").errors.contains("Permission denied"))
    }

    @Test func `gets no facts of a service that was killed`() throws {
        #expect(Observation.eventually { access(server.folder("run/status.json"), F_OK) == 0 })
        try server.killBellpull()
        #expect(access(server.folder("run/status.json"), F_OK) == 0)
        let result = try command("status")
        #expect(result.errors.contains("Permission denied"), "\(result)")
    }
}
