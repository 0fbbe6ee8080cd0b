import TestSupport
import Deploy
import Foundation
import Git
import Testing
import Webhook

@Suite struct `reading the ledger` {

    @Test(arguments: StoreUnderTest.all)
    func `finds nothing in an empty ledger`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        #expect(try ledger.unfinishedSites().isEmpty)
        #expect(try ledger.deployment(1) == nil)
        #expect(try ledger.deployments(of: nil, limit: 10).isEmpty)
        #expect(try ledger.latestDeployments().isEmpty)
        #expect(try ledger.lastUseOfPreviousSecret(by: nil) == nil)
    }

    @Test(arguments: StoreUnderTest.all)
    func `returns the sites with unfinished deployments`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for site in ["a", "b", "c"] { try ledger.record(1, for: [site]) }
        try ledger.start("b")
        try ledger.finish(#require(try ledger.start("c")).id, .failed(Failure("no")))
        #expect(try ledger.unfinishedSites() == ["a", "b"])
    }

    @Test(arguments: StoreUnderTest.all)
    func `returns the newest deployments first, without their output`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...3 {
            try ledger.deploy(number)
            try ledger.deploy(number + 10, at: "shop")
        }
        #expect(try ledger.deployments(of: nil, limit: 4).map(\.id) == [6, 5, 4, 3])
        #expect(try ledger.deployments(of: "blog", limit: 2).map(\.id) == [5, 3])
        #expect(try ledger.deployments(of: "app", limit: 2).isEmpty)
        #expect(try ledger.deployments(of: nil, before: 4, limit: 2).map(\.id) == [3, 2])
        #expect(try ledger.deployments(of: "blog", before: 5, limit: 9).map(\.id) == [3, 1])
        #expect(try ledger.deployments(of: "blog", before: 1, limit: 9).isEmpty)
        try ledger.record(4)
        let started = try #require(try ledger.start())
        let conclusion = DeploymentRecord.Conclusion(.deployed(try .fake(4)), output: "long")
        _ = try ledger.write { try $0.finish(started.id, conclusion, at: Date()) }
        #expect(try ledger.deployments(of: "blog", limit: 1).first?.output == "")
        #expect(try ledger.deployment(started.id)?.output == "long")
    }

    @Test(arguments: StoreUnderTest.all)
    func `returns the last finished and all unfinished deployments of each site`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1)
        try ledger.deploy(2, result: .failed(Failure("no")))
        try ledger.deploy(3, at: "shop")
        try ledger.record(4, for: ["shop", "app"])
        try ledger.start("app")
        let latest = try ledger.latestDeployments()
        #expect(latest.map(\.site.name) == ["blog", "shop", "shop", "app"])
        #expect(latest.map(\.state) == [.failed, .deployed, .queued, .running])
    }

    @Test(arguments: StoreUnderTest.all)
    func `does not return an interrupted deployment as the last of its site`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1)
        try ledger.record(2)
        try ledger.finish(#require(try ledger.start()).id, .interrupted)
        #expect(try ledger.latestDeployments().map(\.state) == [.deployed, .queued])
    }

    @Test(arguments: StoreUnderTest.all)
    func `returns when only the previous secret of a hook last verified a delivery`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        func record(_ number: Int, _ hook: String?, _ slot: Secrets.Slot, _ time: TimeInterval) throws {
            let delivery = DeliveryRecord(
                received: Date(timeIntervalSince1970: time), digest: DeliveryRecord.fake(number).digest,
                forge: "github", forgeID: nil, repository: "alice/blog", hook: hook, secret: slot)
            _ = try ledger.write { try $0.record(delivery, for: []) }
        }
        try record(1, nil, .previous, 1000)
        try record(2, nil, .previous, 2000)
        try record(3, nil, .current, 3000)
        try record(4, "blog", .previous, 4000)
        #expect(try ledger.lastUseOfPreviousSecret(by: nil) == Date(timeIntervalSince1970: 2000))
        #expect(try ledger.lastUseOfPreviousSecret(by: "blog") == Date(timeIntervalSince1970: 4000))
        #expect(try ledger.lastUseOfPreviousSecret(by: "shop") == nil)
    }
}
