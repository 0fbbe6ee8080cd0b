import Foundation
import TestSupport
import Testing

@Suite struct `a command at the terminal` {
    private func json(_ result: Program.Result) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    }

    @Test func `deploys a site, with the service running and without it`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        for isRunning in [false, true] {
            if isRunning { try server.start() }
            let commit = try server.forge.push("running: \(isRunning)")
            let result = try server.command("deploy", "blog")
            #expect(result.ending == .exited(0))
            #expect(result.output.hasPrefix("deployed \(commit.prefix(6)) in "))
            #expect(result.errors.contains("Fast-forward") || result.errors.contains("main"))
            #expect(try server.site("blog").head == commit)
        }
        let again = try server.command("deploy", "blog", "--json")
        let record = try #require(try json(again) as? [String: Any])
        #expect(record["state"] as? String == "unchanged")
        #expect(record["cause"] as? String == "command")
    }

    @Test func `explains why a deployment failed, and what to do`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        try server.site("blog").write("edited", to: "index.html")
        try server.forge.push("second")

        let result = try server.command("deploy", "blog")

        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("bellpull: error: the clone has local changes"))
        #expect(result.errors.contains("bellpull: hint: \(Pasted.git) -C \(server.folder("sites/blog")) stash"))
        let log = try server.command("log", "1")
        #expect(log.output.contains("state      failed") && log.output.contains("reason     the clone has local"))
        #expect(try server.command("status").output.contains("failed"))
    }

    @Test func `lists deployments in aligned columns, and without colours in a file`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "copy": "branch = \"main\""])
        let commit = try server.forge.push("second")
        _ = try server.post(.push(of: commit))

        let status = try server.command("status")
        let lines = status.output.split(separator: "\n")
        #expect(lines.map { $0.prefix { $0 != " " } } == ["SITE", "blog", "copy"])
        let columns = lines.compactMap { $0.firstRange(of: commit.prefix(6))?.lowerBound.utf16Offset(in: $0) }
        #expect(columns.count == 2 && Set(columns).count == 1, "\(status.output)")
        #expect(!status.output.contains("\u{1b}"))
        let history = try server.command("history", "copy", "--json")
        let records = try #require(try json(history) as? [[String: Any]])
        #expect(records.map { $0["commit"] as? String } == [commit])
        #expect(records.map { $0["deliveries"] as? Int } == [1])
        let id = try #require(records.first?["id"] as? Int)
        #expect(try server.command("log", "\(id)").output.contains("origin/main"))
    }

    @Test func `names the configured sites if asked for another`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        let deploy = try server.command("deploy", "bolg")
        #expect(deploy.ending == .exited(1))
        #expect(
            deploy.errors == "bellpull: error: site bolg is not configured\nbellpull: hint: configured sites: blog\n")
        #expect(try server.command("log", "7").ending == .exited(1))
        #expect(try server.command("history", "--limit", "0").ending == .exited(64))
        #expect(try server.command("history").output == "nothing has been deployed yet\n")
    }
}
