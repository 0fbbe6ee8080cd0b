import Deploy
import Foundation
import Git
import TestSupport
import Testing

@Suite struct `sites on two hosts in one store` {
    @Test(arguments: StoreUnderTest.all)
    func `have separate queues and histories, even with the same name`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let (first, second) = (home.ledger(on: "a"), home.ledger(on: "b"))
        let one = try first.awaited(1)
        let two = try second.awaited(2)
        #expect(one != two)
        #expect(try first.start()?.id == one)
        #expect(try first.start("shop") == nil)
        #expect(try second.unfinishedSites() == ["blog"])
        #expect(try second.start()?.id == two)
        #expect(try first.all.map(\.id) == [one] && second.all.map(\.id) == [two])
        #expect(try first.all.map(\.site) == [SiteOnHost(name: "blog", host: "a")])
        try first.finish(one, .deployed(.fake(1)))
        #expect(try first.latestDeployments().map(\.state) == [.deployed])
        #expect(try second.latestDeployments().map(\.state) == [.running])
    }

    @Test(arguments: StoreUnderTest.all)
    func `of one name each deploy a delivery that reaches both hosts`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let (first, second) = (home.ledger(on: "a"), home.ledger(on: "b"))
        let one = try first.awaited(1)
        let two = try second.awaited(1)
        #expect(one != two)
        #expect(try first.record(1) == [.awaits(one)] && second.record(1) == [.awaits(two)])
        #expect(try first.start()?.id == one)
        try first.finish(one, .deployed(.fake(1)))
        #expect(try first.record(1, isAtCommit: true) == [.duplicate] && second.record(1) == [.awaits(two)])
    }

    @Test(arguments: StoreUnderTest.all)
    func `of one name each keep their last deployment`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let (first, second) = (home.ledger(on: "a"), home.ledger(on: "b"))
        let old = Date(timeIntervalSince1970: 1000)
        let one = try first.deploy(1, on: old)
        let two = try second.deploy(2, on: old)
        _ = try first.write { try $0.prune(before: Date(), keeping: 0, limit: 100) }
        #expect(try first.all.map(\.id) == [one] && second.all.map(\.id) == [two])
    }
}

@Suite struct `deployments with different orders` {
    @Test(arguments: StoreUnderTest.all)
    func `do not merge, and run in the order of queueing`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let place = Order.place(at: try .fake(7))
        func queue(_ order: Order) throws -> DeploymentRecord.ID {
            try ledger.write { try $0.queue("blog", order, cause: .command, target: nil, at: Date()) }
        }
        let first = try queue(.follow)
        let second = try queue(place)
        #expect(try queue(place) == second && queue(.follow) == first && first != second)
        let third = try queue(.place(at: .fake(8)))
        #expect(try ledger.start()?.order == .follow)
        try ledger.finish(first, .deployed(.fake(1)))
        let started = try #require(try ledger.start())
        #expect(started.id == second && started.order == place)
        #expect(try ledger.deployment(third)?.order == .place(at: .fake(8)))
    }

    @Test(arguments: StoreUnderTest.all)
    func `keep their order after an interruption`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let place = Order.place(at: try .fake(7))
        _ = try ledger.write { try $0.queue("blog", place, cause: .catchUp, target: nil, at: Date()) }
        let started = try #require(try ledger.start())
        try ledger.finish(started.id, .interrupted)
        let again = try #require(try ledger.start())
        #expect(again.order == place && again.id != started.id)
    }
}
