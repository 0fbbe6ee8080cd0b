import Foundation
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `the command at` {
    private struct Answer: Decodable {
        struct Site: Decodable {
            struct Delivery: Decodable { let id: String?, forge: String, repository: String }
            let site: String, commit: String, since: String, deployment: Int
            let deliveries: [Delivery]
        }
        let is_known: Bool
        let sites: [Site]
    }

    @Test func `tells what was live, since when, and who asked`() throws {
        let audited = try AuditedServer(["blog": "branch = \"main\"", "copy": "branch = \"main\""])
        let server = audited.server
        var commits: [String] = []
        var times: [String] = []
        for id in ["one", "two"] {
            try audited.push(id, id: id)
            commits.append(try server.site("blog").head)
            usleep(1_100_000)
            times.append(Date().formatted(.iso8601))
        }
        func answer(_ time: String, _ site: String...) throws -> Answer {
            let result = try Program.run(
                [try BuiltProgram.path, "at", time] + site + ["--json"], environment: server.environment)
            return try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
        }
        for (index, time) in times.enumerated() {
            let then = try answer(time)
            #expect(then.is_known && then.sites.map(\.site) == ["blog", "copy"])
            #expect(then.sites.allSatisfy { $0.commit == commits[index] })
            #expect(then.sites.flatMap(\.deliveries).map(\.id) == [["one", "one"], ["two", "two"]][index])
        }
        #expect(try answer(times[1], "copy").sites.map(\.site) == ["copy"])
        let shown = try server.command("at", times[0], "blog")
        #expect(shown.output.hasPrefix("blog: \(commits[0]), live since "))
        #expect(shown.output.contains("  asked by the delivery one of github for alice/blog, "))

        let before = try server.command("at", "2020-01-01", "blog")
        #expect(before.ending == .exited(0))
        #expect(before.output.hasPrefix("what was live at blog then is not known: the ledger reaches back to "))
        #expect(try !answer("2020-01-01").is_known)
        #expect(try server.command("at", "yesterday").ending == .exited(64))
        #expect(try server.command("at", "2999-01-01").errors.contains("is in the future"))
        #expect(try server.command("at", times[0], "blob").errors.contains("site blob is not configured"))
    }
}
