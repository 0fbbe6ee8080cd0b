import TestSupport
import Deploy
import Foundation
import Git
import Testing

@Suite struct `pruning` {
    private let old = Date(timeIntervalSince1970: 1000)

    @Test(arguments: StoreUnderTest.all)
    func `deletes old deployments, and keeps new ones`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...3 { try ledger.deploy(number, on: old) }
        for number in 4...6 { try ledger.deploy(number) }
        #expect(try ledger.prune() == 6)
        #expect(try ledger.all.map(\.id) == [4, 5, 6])
        #expect(try home.count("delivery") == 3 && home.count("delivery_deployment") == 3)
        #expect(try ledger.prune() == 0)
    }

    @Test(arguments: StoreUnderTest.all)
    func `deletes the oldest deployments beyond the limit`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...10 { try ledger.deploy(number) }
        #expect(try ledger.prune(keeping: 4) == 12)
        #expect(try ledger.all.map(\.id) == [7, 8, 9, 10])
        #expect(try home.count("delivery") == 4)
    }

    @Test(arguments: StoreUnderTest.all)
    func `never deletes a site's last deployment`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...3 { try ledger.deploy(number, at: "blog", on: old) }
        try ledger.deploy(4, at: "shop", result: .failed(Failure("no")), on: old)
        try ledger.prune(keeping: 0)
        #expect(try ledger.all.map(\.site.name) == ["blog", "shop"])
        #expect(try ledger.all.map(\.id) == [3, 4])
        #expect(try ledger.latestDeployments().map(\.state) == [.deployed, .failed])
    }

    @Test(arguments: StoreUnderTest.all)
    func `never deletes an unfinished deployment or its deliveries`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for site in ["blog", "shop"] {
            try ledger.deploy(1, at: site, on: old)
            try ledger.record(2, for: [site], received: old)
        }
        try ledger.start("shop", at: old)
        try ledger.prune(keeping: 0)
        // A queued deployment does not replace the last finished deployment of its site.
        #expect(try ledger.all.map(\.state) == [.deployed, .queued, .deployed, .running])
        #expect(try home.count("delivery") == 1)
        #expect(try ledger.start("blog")?.deliveries == 1)
    }

    /// The process of the running deployment is gone, and no other process can lock the site.
    @Test(arguments: StoreUnderTest.all)
    func `never deletes a running deployment, even if a newer deployment is finished`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1, received: old)
        try ledger.start(at: old)
        try ledger.record(2, received: old)
        _ = try ledger.write { try $0.reject("blog", Failure("no"), at: old) }
        #expect(try ledger.prune(keeping: 0) == 1, "the delivery of what was rejected")
        #expect(try ledger.all.map(\.state) == [.running, .failed])
        #expect(try ledger.record(1) == [.awaits(1)])
    }

    @Test(arguments: StoreUnderTest.all)
    func `deletes at most one batch at once`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...20 { try ledger.deploy(number, on: old) }
        #expect(try ledger.prune(limit: 7) == 14)
        #expect(try ledger.all.map(\.id) == Array(8...20))
        var portions = 0
        while try ledger.prune(limit: 7) > 0 { portions += 1 }
        #expect(portions == 2)
        #expect(try ledger.all.map(\.id) == [20])
    }

    @Test(arguments: StoreUnderTest.all)
    func `makes a deleted delivery count as new again`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1, on: old)
        try ledger.deploy(2)
        try ledger.prune()
        #expect(try ledger.record(2, isAtCommit: true) == [.duplicate])
        #expect(try ledger.record(1, isAtCommit: true) == [.unchanged])
    }
}

extension Ledger {
    /// Prunes rows before the year 1970 plus 2000 seconds, or before `time`.
    @discardableResult
    fileprivate func prune(
        before time: Date = Date(timeIntervalSince1970: 2000), keeping count: Int = 1000, limit: Int = 1000
    ) throws -> Int {
        try write { try $0.prune(before: time, keeping: count, limit: limit) }
    }
}
