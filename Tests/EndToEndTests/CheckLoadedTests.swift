import Foundation
import TestSupport
import Testing

@Suite struct `a check of the running service` {
    /// Returns the results about what the service has loaded.
    private func results(
        _ environment: [String: String], _ arguments: [String] = []
    ) throws -> [Checkup.CheckResult] {
        let changes = ["SYSTEMD_UNIT_PATH": "/nowhere"]
        let result = try Program.run(
            [try BuiltProgram.path, "check", "--json", "--nginx", "/nowhere"] + arguments,
            environment: environment.merging(changes) { $1 }, within: .seconds(60))
        let all = try JSONDecoder().decode([Checkup.CheckResult].self, from: Data(result.output.utf8))
        return all.filter { $0.message.contains("running bellpull") }
    }

    private static let agreement = "the running bellpull has loaded these settings"

    @Test func `finds that the files were loaded`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "copy": ""])
        try write("path = \"\(server.folder("sites/copy"))\"", to: server.folder("etc/sites/copy.toml"))
        #expect(try server.command("reload").ending == .exited(0))
        #expect(try results(server.environment).map(\.message) == [Self.agreement])
        #expect(try results(server.environment, ["copy"]).map(\.message) == [Self.agreement])
        #expect(try results(server.environment, ["--offline"]).isEmpty)
    }

    @Test func `finds that the site of the environment was loaded`() throws {
        let folder = try TemporaryFolder()
        let clone = try Forge(in: folder).clone(to: folder("blog"))
        let variables = Responder.variables(of: clone, in: folder)
        let bellpull = try Responder(
            ["--socket", folder("bellpull.sock")], environment: variables, logFile: folder("bellpull.log"))
        #expect(try results(variables).map(\.message) == [Self.agreement])
        bellpull.program.end()
        #expect(try results(variables).isEmpty)
    }

    @Test func `names what was not loaded, and the remedy works`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "old": "branch = \"main\""])
        _ = try server.forge.clone(to: server.folder("sites/shop"))
        try server.configure(site: "shop", "branch = \"main\"")
        try server.configure(site: "blog", "branch = \"next\"")
        unlink(server.folder("etc/sites/old.toml"))

        let found = try results(server.environment)

        #expect(found.map(\.severity) == ["error", "error", "warning"], "\(found)")
        #expect(found.map(\.subject) == ["blog", "shop", "old"])
        #expect(Set(found.map(\.hint)) == ["bellpull reload"])
        #expect(try server.command("reload").ending == .exited(0))
        #expect(try results(server.environment).map(\.message) == [Self.agreement])
    }

    @Test func `names a mistake that was corrected and not loaded`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        try server.configure("answer_within = 4")
        #expect(try server.command("reload").ending == .exited(1))
        // The mistake itself is the message.
        #expect(try results(server.environment).isEmpty)
        try server.configure("")
        let found = try results(server.environment)
        #expect(found.first?.message.hasPrefix("the running bellpull keeps all earlier settings") == true, "\(found)")
        #expect(try server.command("reload").ending == .exited(0))
        #expect(try results(server.environment).map(\.message) == [Self.agreement])
    }

    @Test func `says nothing about a service that is gone`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        try server.killBellpull()
        try server.configure(site: "blog", "branch = \"next\"")
        #expect(try results(server.environment).isEmpty)
    }
}
