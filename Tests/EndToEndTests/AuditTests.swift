import Foundation
import TestSupport
import Testing

/// What `bellpull audit --json` prints.
private struct Audited: Decodable {
    struct Problem: Decodable {
        let kind: String
        let message: String
        let delivery: String?
        let site: String?
        let deployment: Int?
    }
    struct Delivery: Decodable {
        let outcome: String?
        let verdict: String
    }
    struct Refusal: Decodable { let remote: String, count: Int }
    struct BadLine: Decodable { let line: Int?, reason: String, beginning: String }
    struct Unannounced: Decodable { let deployment: Int, cause: String }

    let agrees: Bool
    let disagreements: [Problem]
    let deliveries: [Delivery]
    let compared: Int
    let older_than_ledger: Int
    let outcomes: [String: Int]
    let refused: Int
    let refusals: [Refusal]
    let bad_line_count: Int
    let bad_lines: [BadLine]
    let without_delivery: [Unannounced]
    let not_in_log: Int
    let verified_receipts: Int?
    let durations_ms: [String: Int]?

    var kinds: [String] { disagreements.map(\.kind) }
}

/// A server whose log and ledger a test changes behind Bellpull's back.
private final class AuditedServer {
    let server: ConfiguredServer
    /// A copy of the access log.
    let log: String

    init(_ sites: KeyValuePairs<String, String> = ["blog": "branch = \"main\""]) throws {
        server = try ConfiguredServer(sites)
        log = server.folder("audited.log")
    }

    /// Posts a push of a new commit, with `id` as the forge's id.
    @discardableResult
    func push(_ page: String, id: String) throws -> Reply {
        try server.post(.push(of: try server.forge.push(page), id: id))
    }

    /// Copies the log, when it has `count` lines that are older than a moment. The ledger then reaches back to the beginning, or
    /// only to now.
    func settle(_ count: Int, reachesBack: Bool = true) throws {
        _ = try server.web.log.entries(count)
        // Lines of the present second are not compared.
        usleep(2_100_000)
        try reachBack(to: reachesBack ? Date(timeIntervalSince1970: 0) : Date())
        try write(try text(of: server.web.log.path), to: log)
    }

    /// Has the ledger say how far it reaches back.
    func reachBack(to time: Date) throws {
        let milliseconds = Int(time.timeIntervalSince1970 * 1000)
        try sql("UPDATE extent SET deliveries = \(milliseconds), deployments = \(milliseconds)")
    }

    func sql(_ statement: String) throws { _ = try server.ledger(statement) }

    func audit(_ options: String...) throws -> (Audited, Program.Result) {
        let result = try Program.run(
            [try BuiltProgram.path, "audit", log, "--json"] + options, environment: server.environment)
        do {
            return (try JSONDecoder().decode(Audited.self, from: Data(result.output.utf8)), result)
        } catch {
            throw Trouble("\(result.output)\(result.errors): \(error)")
        }
    }

    /// Replaces texts in the copy of the log.
    func forge(_ old: String, _ new: String) throws {
        let text = try text(of: log)
        guard text.contains(old) else { throw Trouble("the log has no \(old)") }
        try write(text.replacing(old, with: new), to: log)
    }
}

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

    @Test func `counts bad lines, shows them, and goes on`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        try audited.settle(1)
        try write(
            "1.2.3.4 - - \"GET /\u{1b}]0;x\u{7} HTTP/1.1\"\n" + (try text(of: audited.log)) + "{\"time\":\"2026",
            to: audited.log)
        let (found, result) = try audited.audit()
        #expect(found.agrees && found.bad_line_count == 2 && result.ending == .exited(0))
        #expect(found.bad_lines.map(\.line) == [1, 3])
        #expect(found.bad_lines.map(\.reason) == ["not of the format bellpull", "cut short"])
        let shown = try audited.server.command("audit", audited.log)
        #expect(!shown.output.contains("\u{1b}") && shown.output.contains("warning: 2 bad lines\n"))
    }

    @Test func `does not call a log in order that it could not read`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        let folder = audited.server.folder
        try write("no line of nginx\n", to: folder("other.log"))
        try write("", to: folder("empty.log"))
        _ = try Shell.run("printf 'x%.0s' $(seq 9999) | gzip -c | head -c 25 >'\(folder("cut.gz"))'")
        for name in ["other.log", "cut.gz"] {
            let result = try audited.server.command("audit", folder(name))
            #expect(result.ending == .exited(1), "\(name)")
            let end = "the log could not be read whole, so it says too little\n"
            #expect(result.output.hasSuffix(end), "\(result.output)")
        }
        let empty = try audited.server.command("audit", folder("empty.log"))
        #expect(empty.ending == .exited(0) && empty.output.hasSuffix("nothing was compared with the ledger\n"))
    }

    @Test func `reads compressed logs and standard input`() throws {
        let audited = try AuditedServer()
        for id in ["one", "two"] { try audited.push(id, id: id) }
        try audited.settle(2)
        let script = """
            head -1 "$1" | gzip > "$1.2.gz" && tail -1 "$1" > "$1.3"
            exec "$2" audit --json "$1.2.gz" - < "$1.3"
            """
        let result = try Program.run(
            ["sh", "-c", script, "sh", audited.log, try BuiltProgram.path], environment: audited.server.environment)
        let found = try JSONDecoder().decode(Audited.self, from: Data(result.output.utf8))
        #expect(found.agrees && found.compared == 2 && found.not_in_log == 0)
    }

    @Test func `needs a ledger`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        try write("", to: server.folder("log"))
        let result = try server.command("audit", server.folder("log"))
        #expect(result.ending == .exited(1))
        #expect(result.errors.hasPrefix("bellpull: error: there is no ledger at \(server.folder("state"))"))
    }
}

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

    @Test func `tells how to unpack a compressed log that is no file`() throws {
        let audited = try AuditedServer()
        try audited.push("page one", id: "one")
        try audited.settle(1)
        func audit(_ unpack: String) throws -> Program.Result {
            let line = "\(unpack) | '\(try BuiltProgram.path)' audit -"
            return try Program.run(["sh", "-c", line], environment: audited.server.environment)
        }
        let packed = try audit("gzip -c '\(audited.log)'")
        #expect(packed.ending == .exited(1))
        #expect((packed.output + packed.errors).contains("standard input is compressed, and not a file"), "\(packed)")
        #expect(try audit("gzip -c '\(audited.log)' | zcat").ending == .exited(0))
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
