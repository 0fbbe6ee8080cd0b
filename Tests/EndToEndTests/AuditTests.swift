import Foundation
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `an audit` {
    @Test func `finds nothing if log and ledger agree`() throws {
        let audited = try AuditedServer(["blog": "branch = \"main\"", "copy": "branch = \"main\""])
        let server = audited.server
        let commit = try server.forge.push("page one")
        for id in ["one", "one", "two"] {
            _ = try server.post(.push(of: commit, id: id))
        }
        try audited.push("second", id: "three")
        _ = try server.post(.push(of: commit, ref: "refs/heads/other"))
        for _ in 1...2 {
            let body = try GitHubDelivery.payload(of: commit)
            _ = try server.post(GitHubDelivery(event: "push", body: body, secret: "wrong"))
        }
        try server.site("copy").write("edited", to: "index.html")
        #expect(try audited.push("third", id: "four").status == 500)
        try server.site("copy").git("checkout", "--", "index.html")
        try server.forge.push("fourth")
        for site in ["blog", "copy"] { #expect(try server.command("deploy", site).ending == .exited(0)) }
        try audited.push("fifth", id: "five")
        try audited.settle(9)
        let (found, result) = try audited.audit("--chain")
        #expect(found.agrees && found.disagreements.isEmpty && result.ending == .exited(0), "\(result.output)")
        #expect(found.compared == 6 && found.older_than_ledger == 0 && found.deliveries.count == 7)
        #expect(found.outcomes["duplicate"] == 2 && found.outcomes["ignored"] == 1 && found.outcomes["rejected"] == 2)
        #expect(found.outcomes["deployed"] == 3 && found.outcomes["failed"] == 1)
        #expect(found.refused == 2 && found.refusals.map(\.remote) == ["127.0.0.1"])
        #expect(found.without_delivery.map(\.cause) == ["command", "command"])
        #expect(found.bad_line_count == 0 && found.not_in_log == 0)
        #expect(Set(found.durations_ms?.keys ?? [:].keys) == ["p50", "p90", "p99", "max"])
        #expect(try found.verified_receipts == Int(server.ledger("SELECT count(*) FROM deployment")[0]))

        let shown = try server.command("audit", audited.log, "--chain")
        #expect(shown.ending == .exited(0) && shown.output.hasSuffix("the log and the ledger agree\n"))
        #expect(shown.output.contains("refused: 2 from 1 address: 127.0.0.1 (2)\n"))
        #expect(shown.output.split(separator: "\n").count { $0.contains("deployed") } >= 3)
        let later = try server.command("audit", audited.log, "--since", "2099-01-01")
        #expect(later.output.hasPrefix("0 deliveries: 0 compared"))
        #expect(try server.command("audit", audited.log, "--since", "soon").ending == .exited(64))
        let unknown = try server.command("audit", audited.log, "--site", "blob")
        #expect(unknown.errors.hasPrefix("bellpull: error: site blob is not configured\n"))
        let missing = try server.command("audit", "/nonexistent")
        #expect(missing.ending == .exited(1))
        #expect(missing.errors.hasPrefix("bellpull: error: cannot read /nonexistent: No such file or directory\n"))
    }

    /// Deliveries share deployments, come twice under different ids, fail, and are cut off by a kill.
    @Test func `finds nothing after a crowd of deliveries and a kill`() throws {
        let audited = try AuditedServer(["blog": "branch = \"main\"", "copy": "branch = \"main\""])
        let server = audited.server
        var sent = 0
        for burst in 1...4 {
            let commit = try server.forge.push("burst \(burst)")
            if burst == 2 { try server.site("copy").write("edited", to: "index.html") }
            if burst == 4 { try server.site("copy").git("checkout", "--", "index.html") }
            var exchanges: [RawHTTP] = []
            for number in 1...10 {
                // Every other body is the same.
                let before = number % 2 == 0 ? nil : String(format: "%040x", burst * 100 + number)
                let delivery = try GitHubDelivery.push(of: commit, before: before, id: "\(burst)-\(number)")
                exchanges.append(try server.send(delivery))
                sent += 1
                if burst == 3, number == 5 {
                    try server.killBellpull()
                    try server.start()
                }
            }
            let replies = exchanges.map { try? $0.reply() }
            #expect(replies.contains { [200, 202, 500].contains($0?.status) })
        }
        let unfinished = "SELECT count(*) FROM deployment WHERE state IN ('queued', 'running', 'waiting')"
        #expect(try Observation.eventually { try server.ledger(unfinished) == ["0"] })
        try audited.settle(sent)
        let (found, result) = try audited.audit("--chain")
        #expect(found.agrees && result.ending == .exited(0), "\(found.disagreements)")
        #expect(found.compared >= 30, "\(found.compared) \(found.outcomes)")
    }

    @Test func `does not compare what the ledger cannot know`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        try audited.settle(1, reachesBack: false)
        try audited.forge("\"one\"", "\"before the ledger\"")
        let (found, result) = try audited.audit()
        #expect(found.agrees && found.older_than_ledger == 1 && result.ending == .exited(0))
        #expect(found.deliveries.map(\.verdict) == ["older than the ledger"])
    }

    /// nginx writes whole seconds, and the ledger begins at a millisecond.
    @Test func `compares a line of the second in which the ledger begins if the ledger has the delivery`() throws {
        let audited = try AuditedServer()
        for id in ["one", "two"] { try audited.push(id, id: id) }
        try audited.settle(2)
        let received = try audited.server.ledger("SELECT received FROM delivery ORDER BY id")
        // The ledger begins right before a delivery, or with it: then the delivery need not be there.
        try audited.sql("UPDATE extent SET deliveries = \(received[0]) - 1, deployments = 0")
        let (found, result) = try audited.audit()
        #expect(found.agrees && found.compared == 2 && found.older_than_ledger == 0, "\(result.output)")
        #expect(found.deliveries.map(\.verdict) == ["agrees", "agrees"])
        try audited.sql("UPDATE extent SET deliveries = \(received[0])")
        try audited.sql("DELETE FROM delivery WHERE id = 1; DELETE FROM deployment WHERE id = 1")
        let (later, _) = try audited.audit()
        #expect(later.agrees && later.compared == 1 && later.older_than_ledger == 1, "\(later)")
        // A line that began after the ledger must be in it.
        try audited.sql("UPDATE extent SET deliveries = \(received[0]) - 3000")
        #expect(try audited.audit().0.kinds == ["not_in_ledger"])
    }

    @Test(arguments: ["'other'", "NULL"])
    func `finds a delivery whose id in the ledger was changed`(_ id: String) throws {
        let audited = try AuditedServer()
        let commit = try audited.server.forge.push("page one")
        let before = String(repeating: "a", count: 40)
        for id in ["one", "two"] {
            // The same body under two ids: the ledger has only the first id, and nothing is wrong with that.
            _ = try audited.server.post(.push(of: commit, before: before, id: id))
        }
        usleep(1_100_000)
        try audited.push("second", id: "three")
        try audited.settle(3)
        #expect(try audited.audit("--chain").0.agrees)
        try audited.sql("UPDATE delivery SET forge_id = \(id) WHERE forge_id = 'three'")
        let (found, result) = try audited.audit("--chain")
        #expect(found.kinds == ["other_delivery"] && result.ending == .exited(1), "\(result.output)")
        #expect(found.disagreements.first?.delivery == "three")
    }

    /// A request that nginx refused cannot be the delivery with the other id.
    @Test func `finds a changed id beside ten thousand refused requests`() throws {
        let audited = try AuditedServer()
        #expect(try audited.server.post(GitHubDelivery(event: "push", body: Data(count: 26 << 20))).status == 413)
        try audited.push("page one", id: "one")
        try audited.settle(2)
        let lines = try text(of: audited.log).split(separator: "\n")
        let log = [Substring](repeating: lines[0], count: 10_001) + lines[1...]
        try write(log.map { "\($0)\n" }.joined(), to: audited.log)
        #expect(try audited.audit().0.agrees)
        try audited.sql("UPDATE delivery SET forge_id = 'other'")
        #expect(try audited.audit().0.kinds == ["other_delivery"])
    }

    @Test func `finds a delivery that is not in the ledger`() throws {
        let audited = try AuditedServer()
        for id in ["one", "two"] { try audited.push(id, id: id) }
        try audited.settle(2)
        try audited.sql("DELETE FROM delivery WHERE forge_id = 'one'")
        let (found, result) = try audited.audit()
        #expect(result.ending == .exited(1) && !found.agrees)
        #expect(found.kinds == ["not_in_ledger", "no_delivery"], "\(result.output)")
        #expect(found.disagreements[0].delivery == "one" && found.disagreements[1].deployment == 1)
        let shown = try audited.server.command("audit", audited.log)
        #expect(shown.output.contains("delivery one: answered deployed, but the ledger does not have the delivery\n"))
        #expect(shown.output.hasSuffix("2 disagreements\n"))
    }

    @Test func `finds a delivery whose number was changed`() throws {
        let audited = try AuditedServer()
        for id in ["one", "two"] { try audited.push(id, id: id) }
        try audited.settle(2)
        try audited.sql("UPDATE delivery SET id = -9223372036854775807 WHERE id = 1")
        let (found, result) = try audited.audit()
        #expect(found.kinds == ["no_deployment", "no_delivery"], "\(result)")
    }

    @Test func `finds a line that somebody has added to the log`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        try audited.settle(1)
        let line = try text(of: audited.log)
        let added = line.replacing("\"one\"", with: "\"\\u001b[31mtwo\"").replacing("blog", with: "shop")
        try write(line + added, to: audited.log)
        let (found, _) = try audited.audit()
        #expect(found.kinds == ["not_in_ledger"] && found.disagreements[0].site == "shop")
        let shown = try audited.server.command("audit", audited.log)
        #expect(!shown.output.contains("\u{1b}") && shown.output.contains("\\u{1b}[31mtwo"))
    }

    @Test func `finds a deployment that was deleted`() throws {
        let audited = try AuditedServer()
        for id in ["one", "two"] { try audited.push(id, id: id) }
        try audited.settle(2)
        try audited.sql("DELETE FROM deployment WHERE id = 1")
        #expect(try audited.audit().0.kinds == ["no_deployment"])
        let (found, _) = try audited.audit("--chain")
        #expect(found.kinds == ["no_deployment", "removed_row"])
        #expect(found.disagreements[1].message == "deployment 1 was removed")
    }

    @Test func `finds one of several sites without its deployment`() throws {
        let audited = try AuditedServer(["blog": "branch = \"main\"", "copy": "branch = \"main\""])
        try audited.push("page one", id: "one")
        try audited.settle(1)
        #expect(try audited.audit().0.agrees)
        try audited.sql("DELETE FROM deployment WHERE site = 'copy'")
        let (found, result) = try audited.audit()
        #expect(found.kinds == ["no_deployment"], "\(result.output)")
        #expect(found.disagreements[0].message == "the ledger has the delivery, but no deployment of copy for it")
    }

    @Test(arguments: [
        "state = 'failed', \"commit\" = NULL, failure = 'x'", "\"commit\" = '1111111111111111111111111111111111111111'",
        "state = 'skipped', \"commit\" = NULL", "site = 'other'",
    ])
    func `finds a deployment that did not end as the answer told`(_ change: String) throws {
        let audited = try AuditedServer()
        for id in ["one", "two"] { try audited.push(id, id: id) }
        try audited.settle(2)
        try audited.sql("UPDATE deployment SET \(change) WHERE id = 1")
        let (found, result) = try audited.audit()
        #expect(found.kinds == [change.hasPrefix("site") ? "no_deployment" : "other_result"], "\(result.output)")
        #expect(found.disagreements[0].delivery == "one")
        let (chained, _) = try audited.audit("--chain")
        #expect(chained.kinds.last == "changed_row" && chained.disagreements.last?.deployment == 1)
    }

    @Test func `finds an accepted delivery that never went live`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        try audited.server.site("blog").write("edited", to: "index.html")
        #expect(try audited.push("second", id: "two").status == 500)
        try audited.settle(2)
        try audited.forge(#""status":500,"upstream_status":500"#, #""status":202,"upstream_status":202"#)
        try audited.forge(#""outcome":"failed""#, #""outcome":"queued""#)
        let (found, result) = try audited.audit()
        #expect(found.kinds == ["never_live"], "\(result.output)")
        #expect(found.disagreements[0].message == "accepted, but never live at blog: deployment 2 is failed")

        // A later deployment brings the site up to date.
        try audited.server.site("blog").git("checkout", "--", "index.html")
        #expect(try audited.server.command("deploy", "blog").ending == .exited(0))
        #expect(try audited.audit().0.agrees)
    }

    @Test func `needs a ledger`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        try write("", to: server.folder("log"))
        let result = try server.command("audit", server.folder("log"))
        #expect(result.ending == .exited(1))
        #expect(result.errors.hasPrefix("bellpull: error: there is no ledger at \(server.folder("state"))"))
    }
}
