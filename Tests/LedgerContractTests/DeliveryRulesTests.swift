import TestSupport
import Deploy
import Foundation
import Git
import Testing

@Suite struct `recording a delivery` {

    @Test(arguments: StoreUnderTest.all)
    func `queues a deployment of each site, in the order of the sites`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        #expect(try ledger.record(1, for: ["blog", "shop", "app"]) == [.awaits(1), .awaits(2), .awaits(3)])
        #expect(try ledger.all.map(\.site.name) == ["blog", "shop", "app"])
        #expect(try ledger.all.allSatisfy { $0.state == .queued && $0.cause == .push && $0.deliveries == 1 })
        #expect(try ledger.all.first?.target == .main(.fake(1)))
    }

    @Test(arguments: StoreUnderTest.all)
    func `joins the queued deployment, and replaces its target`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        #expect(try (1...5).map { try ledger.awaited($0) } == [1, 1, 1, 1, 1])
        let queued = try #require(try ledger.deployment(1))
        #expect(queued.deliveries == 5)
        #expect(queued.target == .main(try .fake(5)))
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues a follow-up while a deployment is running`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let first = try ledger.awaited(1)
        try ledger.start()
        let second = try ledger.awaited(2)
        #expect(second != first)
        #expect(try ledger.awaited(3) == second)
        #expect(try ledger.deployment(first)?.deliveries == 1)
    }

    @Test(arguments: StoreUnderTest.all)
    func `of a commit that the site is at records an unchanged deployment`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        #expect(try ledger.record(1, isAtCommit: true) == [.unchanged])
        let record = try #require(try ledger.all.first)
        #expect(try record.state == .unchanged && record.deliveries == 1 && record.target == .main(.fake(1)))
        #expect(record.result == .unchanged(try .fake(1)))
        #expect(try ledger.unfinishedSites().isEmpty)
    }

    @Test(arguments: StoreUnderTest.all, [false, true])
    func `of a commit that the site is at joins only a queued deployment`(_ store: StoreUnderTest, _ runs: Bool) throws
    {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let first = try ledger.awaited(1)
        if runs { try ledger.start() }
        guard case .awaits(let second) = try ledger.record(2, isAtCommit: true).first else {
            Issue.record("it is not awaited")
            return
        }
        #expect((second == first) == !runs)
    }

    // MARK: Again

    /// The forge's ids differ, as in a replay.
    @Test(arguments: StoreUnderTest.all)
    func `a second time waits for the first deployment, queued or running`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try ledger.awaited(1, forgeID: "a")
        #expect(try ledger.awaited(1, forgeID: "b") == id)
        try ledger.start()
        #expect(try ledger.awaited(1, forgeID: "c") == id)
        #expect(try ledger.deployment(id)?.deliveries == 1)
        #expect(try home.count("delivery") == 1)
    }

    @Test(arguments: StoreUnderTest.all)
    func `a second time is a duplicate if the first was deployed`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1)
        for replay in 0..<1000 { #expect(try ledger.record(1, forgeID: "\(replay)", isAtCommit: true) == [.duplicate]) }
        #expect(try ledger.all.count == 1)
        #expect(try home.count("delivery") == 1)
        try ledger.record(2, isAtCommit: true)
        #expect(try ledger.record(2, isAtCommit: true) == [.duplicate])
    }

    @Test(arguments: StoreUnderTest.all)
    func `a second time runs again if the first failed`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let first = try ledger.deploy(1, result: .failed(Failure("no")))
        let second = try ledger.awaited(1)
        #expect(second != first)
        let started = try #require(try ledger.start())
        #expect(try started.id == second && started.announcedCommits == [.fake(1)] && started.deliveries == 1)
        try ledger.finish(second, .failed(Failure("no")))
        let third = try ledger.awaited(1)
        try ledger.start()
        try ledger.finish(third, .deployed(.fake(1)))
        #expect(try ledger.record(1, isAtCommit: true) == [.duplicate])
        #expect(try home.count("delivery") == 1)
    }

    @Test(arguments: StoreUnderTest.all)
    func `a second time runs again only at the site that failed`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1, for: ["blog", "shop"])
        for (site, outcome) in [("blog", DeploymentResult.failed(Failure("no"))), ("shop", .deployed(try .fake(1)))] {
            let started = try #require(try ledger.start(site))
            try ledger.finish(started.id, outcome)
        }
        #expect(try ledger.record(1, for: ["blog", "shop"], at: ["shop"]) == [.awaits(3), .duplicate])
        #expect(try ledger.deployment(3)?.site.name == "blog")
    }

    @Test(arguments: StoreUnderTest.all)
    func `a second time reaches a site that it did not concern before`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1)
        #expect(try ledger.record(1, for: ["blog", "shop"], at: ["blog"]) == [.duplicate, .awaits(2)])
    }

    /// A forge may note a redelivery in the body.
    @Test(arguments: StoreUnderTest.all)
    func `with a known id and commit counts as a redelivery, whatever its body`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try ledger.awaited(1, forgeID: "a")
        #expect(try ledger.awaited(2, commit: 1, forgeID: "a") == id)
        try ledger.start()
        try ledger.finish(id, .deployed(.fake(1)))
        #expect(try ledger.record(2, commit: 1, forgeID: "a", isAtCommit: true) == [.duplicate])
        #expect(try home.count("delivery") == 1)
    }

    /// The id is not verified: a stranger may have sent an old body under the id of a new delivery.
    @Test(arguments: StoreUnderTest.all)
    func `with a known id and another commit deploys the commit`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1)
        #expect(try ledger.record(1, forgeID: "a", isAtCommit: true) == [.duplicate])
        #expect(try ledger.record(2, forgeID: "a") == [.awaits(2)])
        let started = try #require(try ledger.start())
        #expect(started.announcedCommits == [try .fake(2)])
        try ledger.finish(started.id, .deployed(.fake(2)))
        #expect(try ledger.record(3, forgeID: "a") == [.awaits(3)])
        #expect(try ledger.start()?.announcedCommits == [try .fake(3)])
    }

    /// An attacker with two captured deliveries can send the body of the first under the id of the second.
    @Test(arguments: StoreUnderTest.all)
    func `replayed after the site has moved on asks the remote`(_ store: StoreUnderTest)
        throws
    {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...2 {
            try ledger.record(number, forgeID: "id-\(number)")
            try ledger.finish(#require(try ledger.start()).id, .deployed(.fake(number)))
        }
        // The site has moved on, and the branch may have been forced back: the remote is asked.
        for _ in 0..<10 {
            #expect(try ledger.awaited(1, forgeID: "id-2") == ledger.awaited(1, forgeID: "id-1"))
            let started = try #require(try ledger.start())
            try ledger.finish(started.id, .unchanged(.fake(2)))
        }
        #expect(try ledger.all.count == 12)
        #expect(try ledger.record(2, forgeID: "id-2", isAtCommit: true) == [.duplicate])
    }

    @Test(arguments: StoreUnderTest.all)
    func `with an id known from another forge or repository counts as new`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let first = DeliveryRecord.fake(1, forgeID: "a")
        let others = [("gitea", "alice/blog"), ("github", "alice/shop")].enumerated().map { number, place in
            DeliveryRecord(
                digest: DeliveryRecord.fake(number + 2).digest, forge: place.0, forgeID: "a", repository: place.1)
        }
        for delivery in [first] + others { _ = try ledger.write { try $0.record(delivery, for: []) } }
        #expect(try home.count("delivery") == 3)
    }

    @Test(arguments: StoreUnderTest.all)
    func `that is invalid fails, and leaves no row behind`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let delivery = DeliveryRecord(digest: Data(), forge: "github", forgeID: nil, repository: "alice/blog")
        let site = DeliveryTarget(name: "blog", target: .main(try .fake(1)))
        let error = #expect(throws: LedgerError.self) {
            try ledger.write { writer in
                _ = try writer.record(.fake(1), for: [site])
                _ = try writer.record(delivery, for: [site])
            }
        }
        #expect(error?.isOfEntry == true)
        #expect(error?.message.contains("refuses an entry") == true)
        #expect(try ledger.all.isEmpty && home.count("delivery") == 0)
        #expect(try ledger.record(1) == [.awaits(1)])
    }
}
