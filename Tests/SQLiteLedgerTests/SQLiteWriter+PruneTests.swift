import TestSupport
import Deploy
import Foundation
import Git
import SQLiteLedger
import Testing

@Suite struct `pruning` {
    private let home: TemporaryLedger
    private let old = Date(timeIntervalSince1970: 1000)
    private let limit = Date(timeIntervalSince1970: 2000)
    private var ledger: SQLiteLedger { home.ledger }

    init() throws { home = try TemporaryLedger() }

    @discardableResult
    private func prune(before time: Date? = nil, keeping count: Int = 1000, limit: Int = 1000) throws -> Int {
        try ledger.write { try $0.prune(before: time ?? self.limit, keeping: count, limit: limit) }
    }

    @Test func `deletes what is older, and keeps what is not`() throws {
        for number in 1...3 { try ledger.deploy(number, on: old) }
        for number in 4...6 { try ledger.deploy(number) }
        #expect(try prune() == 6)
        #expect(try ledger.all.map(\.id) == [4, 5, 6])
        #expect(try home.count("delivery") == 3 && home.count("request") == 3)
        #expect(try prune() == 0)
    }

    @Test func `deletes what is more than is to be kept, the oldest first`() throws {
        for number in 1...10 { try ledger.deploy(number) }
        #expect(try prune(keeping: 4) == 12)
        #expect(try ledger.all.map(\.id) == [7, 8, 9, 10])
        #expect(try home.count("delivery") == 4)
    }

    @Test func `never deletes a site's last deployment`() throws {
        for number in 1...3 { try ledger.deploy(number, at: "blog", on: old) }
        try ledger.deploy(4, at: "shop", outcome: .failed(Failure("no")), on: old)
        try prune(keeping: 0)
        #expect(try ledger.all.map(\.site) == ["blog", "shop"])
        #expect(try ledger.all.map(\.id) == [3, 4])
        #expect(try ledger.latestDeployments().map(\.state) == [.deployed, .failed])
    }

    @Test func `never deletes what has yet to be done, nor the deliveries that ask for it`() throws {
        for site in ["blog", "shop"] {
            try ledger.deploy(1, at: site, on: old)
            try ledger.record(2, for: [site], received: old)
        }
        try ledger.start("shop", at: old)
        try prune(keeping: 0)
        // The last that is over is still each site's last, whatever is queued.
        #expect(try ledger.all.map(\.state) == [.deployed, .queued, .deployed, .running])
        #expect(try home.count("delivery") == 1)
        #expect(try ledger.start("blog")?.deliveries == 1)
    }

    /// As the process that ran it is gone, and the site cannot be held by another.
    @Test func `never deletes what still runs, though something newer is over`() throws {
        try ledger.record(1, received: old)
        try ledger.start(at: old)
        try ledger.record(2, received: old)
        _ = try ledger.write { try $0.reject("blog", Failure("no"), at: old) }
        #expect(try prune(keeping: 0) == 1, "the delivery of what was rejected")
        #expect(try ledger.all.map(\.state) == [.running, .failed])
        #expect(try ledger.record(1) == [.awaits(1)])
    }

    @Test func `deletes no more than a portion at once`() throws {
        for number in 1...20 { try ledger.deploy(number, on: old) }
        #expect(try prune(limit: 7) == 14)
        #expect(try ledger.all.map(\.id) == Array(8...20))
        var portions = 0
        while try prune(limit: 7) > 0 { portions += 1 }
        #expect(portions == 2)
        #expect(try ledger.all.map(\.id) == [20])
    }

    @Test func `lets a delivery be new again that is forgotten`() throws {
        try ledger.deploy(1, on: old)
        try ledger.deploy(2)
        try prune()
        #expect(try ledger.record(1) == [.awaits(3)])
        #expect(try ledger.record(2) == [.duplicate])
    }

    /// The body is known for as long as the delivery is kept, the forge's id for as long as forges try again.
    @Test func `lets go of the forge's ids of deliveries that are long past, and of nothing else`() throws {
        try ledger.record(1, forgeID: "first")
        try ledger.record(2, forgeID: "second")
        let started = try #require(try ledger.start())
        try ledger.finish(started.id, .deployed(.fake(1)))
        // As many as make the first one, and not the second, long past.
        try home.connection().write {
            try $0.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)
                    INSERT INTO delivery (received, digest, forge, repository, secret)
                    SELECT received, randomblob(32), 'github', 'alice/blog', 1 FROM n, delivery WHERE delivery.id = 1
                    """)
        }
        #expect(try ledger.record(3, commit: 1, forgeID: "first") == [.duplicate])
        #expect(try prune(keeping: 1_000_000) == 0)
        #expect(try ledger.record(4, commit: 2, forgeID: "second") == [.duplicate])
        #expect(try ledger.record(5, commit: 1, forgeID: "first") == [.awaits(2)])
        #expect(try ledger.record(1, forgeID: "other") == [.duplicate])
    }

    /// The oldest of a hundred thousand rows are found by their ids, not by looking at all.
    @Test func `of a large ledger keeps nobody waiting`() throws {
        try ledger.deploy(1, on: old)
        try home.connection().write {
            try $0.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                    INSERT INTO deployment (id, site, cause, state, "commit", queued, ended)
                    SELECT i, 'site-' || (i % 1000), 'push', 'deployed', 'c0', i, i FROM n
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
