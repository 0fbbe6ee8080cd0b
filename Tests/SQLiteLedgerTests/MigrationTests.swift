import Deploy
import Foundation
import Git
import GRDB
import TestSupport
import Testing

@testable import SQLiteLedger

/// Bellpull 0.1.0 wrote Fixtures/ledger-0.1.0.sql: one push deployed, one unchanged, one failed. Then the program was
/// killed during a fourth deployment, with a fifth in the queue.
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

    @Test func `is readable without a migration, and unchanged by reading`() throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: home.store.path))
        try expectHistory(in: home.ledger)
        try home.store.checkWritable()
        #expect(try home.connection().read { try $0.tableExists("request") })
        home.store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: home.store.path)) == before)
    }

    @Test func `is migrated by the first write, with all its rows`() throws {
        try home.ledger.write { _ in }
        try expectHistory(in: home.ledger)
        #expect(try home.connection().read { try !$0.tableExists("request") })
        #expect(try home.count("delivery") == 5 && home.count("delivery_deployment") == 5)
        #expect(try home.row("PRAGMA foreign_key_check") == nil)
        #expect(try home.row("PRAGMA integrity_check")?[0] == "ok")
    }

    @Test func `recognizes its deliveries and resumes its work`() throws {
        let started = try #require(try home.ledger.start("site"))
        #expect(started.id == 5 && started.deliveries == 2)
        #expect(started.announced.map(\.commit.description).sorted().map { $0.first } == ["a", "b"])
        #expect(try home.ledger.deployment(4)?.state == .interrupted)
        try home.ledger.finish(5, .deployed(.fake(1)))
        // Numbers continue from the old sequence.
        #expect(try home.ledger.awaited(77) == 6)
        let delivery = try #require(try home.row("SELECT digest, forge_id FROM delivery WHERE id = 1"))
        let record = DeliveryRecord(
            digest: delivery["digest"], forge: "github", forgeID: delivery["forge_id"], repository: "alice/blog")
        let commit = try #require(try home.ledger.deployment(1)?.commit)
        let target = DeliveryTarget(name: "site", target: .main(commit)) { true }
        #expect(try home.ledger.write { try $0.record(record, for: [target]) } == [.duplicate])
    }

    /// Writes as often as the file is locked: on a busy disk, eight writers wait for each other for longer than a ledger waits.
    private static func writeNothing(to ledger: any Ledger) throws {
        for _ in 0..<20 {
            let result = Result { try ledger.write { _ in } }
            guard case .failure(let error) = result, "\(error)".contains("is locked") else { return try result.get() }
        }
        throw Trouble("the ledger stays locked")
    }

    /// A long migration outlasts the time that other processes wait for the lock on the folder.
    @Test func `is migrated once, by whichever process comes first`() throws {
        let folder = open(home.folder, O_RDONLY | O_DIRECTORY)
        defer { close(folder) }
        #expect(flock(folder, LOCK_EX) == 0)
        let ledgers = (0..<8).map { _ in home.reopened() }
        let writers = ledgers.map { ledger in Running { try Self.writeNothing(to: ledger) } }
        for writer in writers { #expect(writer.isSuccess()) }
        try expectHistory(in: home.ledger)
    }

    @Test func `is read as migrated even if it was read before the migration`() throws {
        #expect(try home.ledger.unfinishedSites() == ["site"])
        try home.ledger.finish(#require(try home.ledger.start("site")).id, .deployed(.fake(1)))
        #expect(try home.ledger.unfinishedSites().isEmpty)
    }

    /// Between the opening of the file and the reading, the views lose their tables.
    @Test(arguments: [(true, 2), (false, 1)])
    func `is read again if another process migrates it during a reading`(_ isProvisional: Bool, _ readings: Int) throws
    {
        let connection = SQLiteConnection(path: home.store.path) {
            SQLiteConnection.Opened(queue: try DatabaseQueue(), file: nil, isProvisional: isProvisional)
        }
        var count = 0
        #expect(throws: LedgerError.self) {
            try connection.use { queue in
                count += 1
                try queue.read { try $0.execute(sql: "SELECT * FROM request") }
            }
        }
        #expect(count == readings)
    }

    @Test func `gives no new deployment the number of a deleted deployment`() throws {
        try home.connection().write { try $0.execute(sql: "DELETE FROM deployment WHERE id = 5") }
        #expect(try home.ledger.awaited(77) == 6)
    }
}

/// A ledger of the second version, from before there were receipts.
@Suite(.onPlainThreads) struct `a ledger without receipts` {
    private let home: TemporaryLedger

    init() throws {
        home = try TemporaryLedger()
        let queue = try DatabaseQueue(path: home.store.path)
        try Schema(host: TemporaryLedger.host).migrator.migrate(queue, upTo: Schema.hostsAndOrders)
        try queue.write { database in
            // Rows 1 and 2 of each table were pruned, and 2 is the last of its site.
            for id in [2, 4, 5] {
                try database.execute(
                    sql: """
                        INSERT INTO deployment (id, host, site, "order", cause, state, "commit", queued, started, ended, duration)
                        VALUES (?1, 'www', iif(?1 = 2, 'shop', 'blog'), 'follow', 'push', 'deployed', ?2, ?1 * 1000, ?1 * 1000,
                            ?1 * 1000, 5)
                        """, arguments: [id, String(repeating: "a", count: 40)])
            }
            try database.execute(
                sql: """
                    INSERT INTO delivery (id, host, received, digest, forge, repository, secret)
                    VALUES (3, 'www', 3000, randomblob(32), 'github', 'alice/blog', 1)
                    """)
        }
        try queue.close()
    }

    private func entries() throws -> (extent: LedgerExtent, links: Int, unchained: Int) {
        var (links, unchained) = (0, 0)
        let extent = try home.ledger.read(verifying: true) { _, entry in
            guard case .deployment(_, let link) = entry else { return }
            if link == nil { unchained += 1 } else { links += 1 }
        }
        return (extent, links, unchained)
    }

    @Test func `is readable, and unchanged by reading`() throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: home.store.path))
        let (extent, links, unchained) = try entries()
        #expect(links == 0 && unchained == 3 && extent.anchor == .none)
        #expect(
            extent.deployments == Date(timeIntervalSince1970: 4) && extent.deliveries == Date(timeIntervalSince1970: 3))
        #expect(extent.lastUnchained == .max)
        #expect(try home.ledger.liveDeployments(at: Date(), of: nil).map(\.record.id) == [4, 2])
        #expect(try home.ledger.deployments(of: nil, limit: 9).count == 3)
        home.store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: home.store.path)) == before)
    }

    @Test func `gets receipts from its migration on`() throws {
        #expect(try home.ledger.write { try $0.newestReceipt() } == nil)
        try home.ledger.deploy(9)
        let (extent, links, unchained) = try entries()
        #expect(links == 1 && unchained == 3 && extent.lastUnchained == 5)
        #expect(
            extent.deployments == Date(timeIntervalSince1970: 4) && extent.deliveries == Date(timeIntervalSince1970: 3))
        #expect(try home.row("PRAGMA integrity_check")?[0] == "ok")
    }

    @Test func `is read as migrated even if it was read before the migration`() throws {
        #expect(try entries().links == 0)
        try home.ledger.deploy(9)
        #expect(try entries().links == 1)
    }

    @Test func `begins with its first row if nothing was pruned, and now if it is empty`() throws {
        let new = try TemporaryLedger()
        try new.ledger.write { _ in }
        #expect(abs(try new.ledger.extent().beginning.timeIntervalSinceNow) < 60)
        #expect(try new.ledger.extent().lastUnchained == 0)
    }
}

/// A ledger of the third version, from before there were notices.
@Suite(.onPlainThreads) struct `a ledger without notices` {
    private let home: TemporaryLedger

    init() throws {
        home = try TemporaryLedger()
        let queue = try DatabaseQueue(path: home.store.path)
        try Schema(host: TemporaryLedger.host).migrator.migrate(queue, upTo: Schema.receipts)
        try queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO deployment (host, site, "order", cause, state, "commit", queued, started, ended, duration)
                        VALUES ('www', 'blog', 'follow', 'push', 'deployed', ?, 1000, 1000, 1000, 5);
                    INSERT INTO receipt VALUES (1, 'www', 1, zeroblob(32), randomblob(32))
                    """, arguments: [String(repeating: "a", count: 40)])
        }
        try queue.close()
    }

    @Test func `is readable, and unchanged by reading`() throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: home.store.path))
        #expect(try home.ledger.noticePosition().since.isEmpty && home.ledger.nextNotices().isEmpty)
        #expect(try home.ledger.notice(1) == nil)
        #expect(try home.ledger.finishedDeployments(after: 0, limit: 9).map(\.record.site.name) == ["blog"])
        home.store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: home.store.path)) == before)
    }

    @Test func `has news from its migration on, also for a reader from before`() throws {
        #expect(try home.ledger.noticePosition().since.isEmpty)
        try home.ledger.write { try $0.followNotices(of: ["blog"], keeping: []) }
        #expect(try home.ledger.noticePosition() == NoticePosition(number: 1, since: ["blog": 1]))
        let draft = PendingNotice.Draft(
            site: "blog", kind: .program, deployment: 1, subject: "failed", message: "m", body: "{}")
        _ = try home.ledger.write { try $0.enqueue([draft], readTo: 1, at: Date()) }
        #expect(try home.ledger.nextNotices().count == 1)
        #expect(try home.row("PRAGMA integrity_check")?[0] == "ok")
    }
}
