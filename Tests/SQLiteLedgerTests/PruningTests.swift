import Deploy
import Foundation
import Git
import GRDB
import TestSupport
import Testing

@Suite struct `pruning a SQLite ledger` {
    private let home: TemporaryLedger
    private let old = Date(timeIntervalSince1970: 1000)
    private var ledger: StoredLedger { home.ledger }

    init() throws { home = try TemporaryLedger() }

    @discardableResult
    private func prune(
        before time: Date = Date(timeIntervalSince1970: 2000), keeping count: Int = 1000, limit: Int = 1000
    ) throws -> Int {
        try ledger.write { try $0.prune(before: time, keeping: count, limit: limit) }
    }

    /// The body is known for as long as the row is kept; the forge's id only while a forge may still redeliver.
    @Test func `forgets the forge's ids of old deliveries, and nothing else`() throws {
        try ledger.record(1, forgeID: "first")
        try ledger.record(2, forgeID: "second")
        let started = try #require(try ledger.start())
        try ledger.finish(started.id, .deployed(.fake(1)))
        // Enough rows to make the first delivery old, and not the second.
        try home.connection().write {
            try $0.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)
                    INSERT INTO delivery (host, received, digest, forge, repository, secret)
                    SELECT host, received, randomblob(32), 'github', 'alice/blog', 1 FROM n, delivery WHERE delivery.id = 1
                    """)
        }
        #expect(try ledger.record(3, commit: 1, forgeID: "first", isAtCommit: true) == [.duplicate])
        #expect(try prune(keeping: 1_000_000) == 0)
        #expect(try ledger.record(4, commit: 2, forgeID: "second", isAtCommit: true) == [.duplicate])
        #expect(try ledger.record(1, forgeID: "other", isAtCommit: true) == [.duplicate])
        #expect(try ledger.record(5, commit: 1, forgeID: "first", isAtCommit: true) == [.unchanged])
    }

    /// The oldest of a hundred thousand rows are found by id, without reading all rows.
    @Test func `takes less than half a second in a large ledger`() throws {
        try ledger.deploy(1, on: old)
        try home.connection().write {
            try $0.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                    INSERT INTO deployment (id, host, site, "order", cause, state, "commit", queued, ended)
                    SELECT i, 'www', 'site-' || (i % 1000), 'follow', 'push', 'deployed', 'c0', i, i FROM n
                    """)
        }
        let clock = ContinuousClock()
        let time = try clock.measure { try prune(keeping: 50_000, limit: 500) }
        #expect(time < .milliseconds(500))
        let nothing = try clock.measure {
            try prune(before: Date(timeIntervalSince1970: 0), keeping: 1_000_000, limit: 500)
        }
        #expect(nothing < .milliseconds(500))
    }
}
