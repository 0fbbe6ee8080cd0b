import Deploy
import Foundation
import Git
import GRDB
import TestSupport
import Testing

@testable import SQLiteLedger

/// Bellpull 0.1.0 wrote Fixtures/ledger-0.1.0.sql: a push deployed, one unchanged, one failed; then the program was killed
/// while a fourth was being deployed and a fifth was queued.
@Suite(.onPlainThreads) struct `a ledger of Bellpull 0.1.0` {
    private let home: TemporaryLedger

    init() throws {
        home = try TemporaryLedger()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/ledger-0.1.0.sql"
        let command = Shell.command("sqlite3 \"$1\" < \"$2\"", [home.store.path, script])
        let completion = try command.run(until: .now + .seconds(20), cancellation: .init())
        try #require(completion.isSuccess, "\(completion.errors)")
    }

    private func expectHistory(in ledger: some Ledger) throws {
        let records = try ledger.deployments(of: "site", limit: 10)
        #expect(records.map(\.id) == [5, 4, 3, 2, 1])
        #expect(records.map(\.state) == [.queued, .running, .failed, .unchanged, .deployed])
        #expect(
            records.allSatisfy { $0.order == .follow && $0.site.host == TemporaryLedger.host && $0.deliveries == 1 })
        #expect(records[2].failure?.message.hasPrefix("the clone has local changes") == true)
        #expect(try ledger.deployment(1)?.output.contains("Fast-forward") == true)
        #expect(try ledger.latestDeployments().map(\.id) == [3, 4, 5])
        #expect(try ledger.unfinishedSites() == ["site"])
        #expect(try ledger.lastUseOfPreviousSecret(by: nil) == nil)
    }

    @Test func `is read as it is, and not changed by that`() throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: home.store.path))
        try expectHistory(in: home.ledger)
        try home.store.checkWritable()
        #expect(try home.connection().read { try $0.tableExists("request") })
        home.store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: home.store.path)) == before)
    }

    @Test func `is migrated by the first write, with everything in it`() throws {
        try home.ledger.write { _ in }
        try expectHistory(in: home.ledger)
        #expect(try home.connection().read { try !$0.tableExists("request") })
        #expect(try home.count("delivery") == 5 && home.count("delivery_deployment") == 5)
        #expect(try home.row("PRAGMA foreign_key_check") == nil)
        #expect(try home.row("PRAGMA integrity_check")?[0] == "ok")
    }

    @Test func `knows its deliveries and goes on with its work`() throws {
        let started = try #require(try home.ledger.start("site"))
        #expect(started.id == 5 && started.deliveries == 2)
        #expect(started.announced.map(\.description).sorted().map { $0.first } == ["a", "b"])
        #expect(try home.ledger.deployment(4)?.state == .interrupted)
        try home.ledger.finish(5, .deployed(.fake(1)))
        // Numbers go on where they were.
        #expect(try home.ledger.awaited(77) == 6)
        let delivery = try #require(try home.row("SELECT digest, forge_id FROM delivery WHERE id = 1"))
        let record = DeliveryRecord(
            digest: delivery["digest"], forge: "github", forgeID: delivery["forge_id"], repository: "alice/blog")
        let commit = try #require(try home.ledger.deployment(1)?.commit)
        let target = DeliveryTarget(name: "site", target: .main(commit))
        #expect(try home.ledger.write { try $0.record(record, for: [target]) } == [.duplicate])
    }

    @Test func `that is read first and migrated then is read as migrated`() throws {
        #expect(try home.ledger.unfinishedSites() == ["site"])
        try home.ledger.finish(#require(try home.ledger.start("site")).id, .deployed(.fake(1)))
        #expect(try home.ledger.unfinishedSites().isEmpty)
    }

    @Test func `gives no new deployment the number of a deleted deployment`() throws {
        try home.connection().write { try $0.execute(sql: "DELETE FROM deployment WHERE id = 5") }
        #expect(try home.ledger.awaited(77) == 6)
    }
}
