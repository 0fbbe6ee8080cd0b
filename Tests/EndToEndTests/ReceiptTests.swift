import Foundation
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `a receipt` {
    @Test func `is in the reply, in the log and in the ledger`() throws {
        let audited = try AuditedServer()
        let server = audited.server
        let first = try audited.push("page one", id: "one")
        let receipt = try #require(first["Bellpull-Receipt"])
        #expect(receipt.count == 64)
        #expect(try server.ledger("SELECT lower(hex(receipt)) FROM receipt WHERE deployment = 1") == [receipt])
        _ = try server.web.log.entries(1)
        #expect(try text(of: server.web.log.path).contains("\"receipt\":\"\(receipt)\""))
        let duplicate = try server.post(.push(of: try server.site("blog").head, id: "one"))
        #expect(duplicate["Bellpull-Outcome"] == "duplicate" || duplicate["Bellpull-Receipt"] != nil)
        let ignored = try server.post(.push(of: try server.site("blog").head, ref: "refs/heads/other"))
        #expect(ignored["Bellpull-Outcome"] == "ignored" && ignored["Bellpull-Receipt"] == nil)
    }

    @Test(arguments: [
        "UPDATE deployment SET note = 'x' WHERE id = 2", "UPDATE deployment SET output = output || 'x' WHERE id = 2",
        "UPDATE deployment SET ended = ended + 1 WHERE id = 2", "UPDATE deployment SET state = 'what' WHERE id = 2",
        "UPDATE receipt SET receipt = randomblob(32) WHERE deployment = 2",
        "UPDATE deployment SET duration = 9223372036854775807 WHERE id = 2",
        "UPDATE deployment SET queued = -9223372036854775807 WHERE id = 2",
        "UPDATE deployment SET started = 9223372036854775807 WHERE id = 2",
        "UPDATE deployment SET ended = 9223372036854775807 WHERE id = 2",
    ])
    func `tells which row was changed`(_ change: String) throws {
        let audited = try AuditedServer()
        for id in ["one", "two", "three"] { try audited.push(id, id: id) }
        try audited.settle(3)
        #expect(try audited.audit("--chain").0.agrees)
        try audited.sql(change)
        let (found, result) = try audited.audit("--chain")
        let first = try #require(found.disagreements.first { $0.kind == "changed_row" }, "\(result.output)")
        #expect(first.deployment == 2 && result.ending == .exited(1))
        #expect(first.message.contains("deployment 2"))
        guard !change.contains("'what'") else { return }
        // Nothing that shows the row fails.
        for command in [["history"], ["history", "--json"], ["log", "2"]] {
            #expect(
                try Program.run([BuiltProgram.path] + command, environment: audited.server.environment).ending
                    == .exited(0))
        }
    }

    @Test func `believes the log, not the row that tells how far the ledger reaches back`() throws {
        let audited = try AuditedServer()
        for id in ["one", "two", "three"] { try audited.push(id, id: id) }
        try audited.settle(3)
        // The first delivery came two hours ago.
        var lines = try text(of: audited.log).split(separator: "\n").map(String.init)
        let time = try #require(lines[0].firstMatch(of: /"time":"([^"]*)"/)?.1)
        let earlier = try #require(try? Date(String(time), strategy: .iso8601)) - 7200
        lines[0] = lines[0].replacing(time, with: earlier.ISO8601Format().replacing("Z", with: "+00:00"))
        try write(lines.joined(separator: "\n") + "\n", to: audited.log)
        try audited.reachBack(to: Date())
        #expect(try audited.audit("--chain").0.agrees)
        try audited.sql("DELETE FROM receipt WHERE deployment = 3; DELETE FROM deployment WHERE id = 3")
        let (newest, result) = try audited.audit("--chain")
        #expect(newest.kinds == ["unknown_receipt"], "\(result.output)")
        try audited.sql("DELETE FROM receipt; DELETE FROM deployment")
        let (emptied, _) = try audited.audit("--chain")
        #expect(emptied.kinds == ["removed_row"])
        #expect(emptied.disagreements[0].message.hasPrefix("the log has receipts, and the ledger has none"))
        try audited.reachBack(to: Date() + 100_000_000)
        #expect(try audited.audit("--chain").0.disagreements[0].message.hasSuffix("which is in the future"))
    }

    @Test func `tells which rows were removed, also the newest`() throws {
        let audited = try AuditedServer()
        for id in ["one", "two", "three"] { try audited.push(id, id: id) }
        try audited.settle(3)
        try audited.sql("DELETE FROM receipt WHERE deployment = 2; DELETE FROM deployment WHERE id = 2")
        let (middle, _) = try audited.audit("--chain")
        let gap = try #require(middle.disagreements.first { $0.kind == "removed_row" })
        #expect(
            gap.message == "a deployment was removed together with the receipt, before deployment 3 of blog finished")
        // Whoever removes everything about the newest deployment leaves the log's receipt.
        try audited.sql("DELETE FROM receipt WHERE deployment = 3; DELETE FROM deployment WHERE id = 3")
        let (newest, _) = try audited.audit("--chain")
        #expect(newest.kinds.count { $0 == "unknown_receipt" } == 2, "\(newest.kinds)")
        try audited.sql("DELETE FROM receipt WHERE deployment = 1")
        #expect(try audited.audit("--chain").0.kinds.contains("unsealed_row"))
    }
}
