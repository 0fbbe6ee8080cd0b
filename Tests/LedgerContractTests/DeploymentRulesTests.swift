import TestSupport
import Deploy
import Foundation
import Git
import Testing

@Suite struct `the ledger of deployments` {

    // MARK: Without a deployment

    @Test(arguments: StoreUnderTest.all)
    func `records once that a site is up to date after a failure`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let target = DeploymentRecord.Target.main(try .fake(1))
        func record() throws -> DeploymentRecord.ID? {
            try ledger.write { try $0.recordUnchanged("blog", target, cause: .catchUp, at: Date()) }
        }
        #expect(try record() == nil, "nothing has failed")
        try ledger.deploy(1, at: "shop", result: .failed(Failure("no")))
        #expect(try record() == nil, "another site has failed")
        try ledger.deploy(1)
        #expect(try record() == nil)
        try ledger.deploy(2, result: .failed(Failure("no")))
        let id = try #require(try record())
        let row = try #require(try ledger.deployment(id))
        #expect(row.state == .unchanged && row.cause == .catchUp && row.deliveries == 0)
        #expect(row.target == target && row.commit == target.commit)
        #expect(try record() == nil)
    }

    @Test(arguments: StoreUnderTest.all)
    func `records nothing while a deployment is queued or running`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let target = DeploymentRecord.Target.main(try .fake(1))
        try ledger.deploy(1, result: .failed(Failure("no")))
        try ledger.record(2)
        func record() throws -> DeploymentRecord.ID? {
            try ledger.write { try $0.recordUnchanged("blog", target, cause: .catchUp, at: Date()) }
        }
        #expect(try record() == nil)
        try ledger.start()
        #expect(try record() == nil)
        #expect(try ledger.all.map(\.state) == [.failed, .running])
    }

    // MARK: Without a change of the site

    @Test(
        arguments: StoreUnderTest.all,
        [DeploymentResult.skipped("no file of the site"), .pinned("by alice"), .cancelled(by: "1a2b3c")])
    func `records why a site stayed where it is`(_ store: StoreUnderTest, result: DeploymentResult) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1, result: result)
        let row = try #require(try ledger.all.last)
        #expect(row.result == result && row.reason == result.remark)
        #expect(row.commit == nil && row.failure == nil && row.state.isFinished)
    }

    // MARK: Starting

    /// What a step is told about a delivery of the tests.
    private static let delivery = StartedDeployment.Delivery(forge: "github", forgeID: nil)

    @Test(arguments: StoreUnderTest.all)
    func `tells a started deployment its newest delivery`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let target = DeploymentRecord.Target.main(try .fake(1))
        for (number, id) in [(1, "first"), (2, "second")] {
            _ = try home.ledger.write {
                try $0.record(.fake(number, forgeID: id), for: [DeliveryTarget(name: "blog", target: target) { false }])
            }
        }
        #expect(try home.ledger.start()?.delivery == .init(forge: "github", forgeID: "second"))
        _ = try home.ledger.write { try $0.queue("shop", .follow, cause: .catchUp, target: nil, at: Date()) }
        #expect(try home.ledger.start("shop")?.delivery == nil)
    }

    @Test(arguments: StoreUnderTest.all)
    func `starts the queued deployment with all announced commits`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        #expect(try ledger.start() == nil)
        let id = try ledger.awaited(1)
        try ledger.record(1, commit: 1)
        #expect(
            try ledger.start()
                == StartedDeployment(
                    id: id, announced: [.main(.fake(1))], cause: .push, deliveries: 1, delivery: Self.delivery))
        #expect(try ledger.state(of: id) == .running)
        #expect(try ledger.deployment(id)?.started != nil)
        #expect(try ledger.start("shop") == nil)
    }

    @Test(arguments: StoreUnderTest.all)
    func `keeps two of many announced commits, which is enough to force a deployment`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...100 { try ledger.record(number) }
        let started = try #require(try ledger.start())
        #expect(started.deliveries == 100)
        #expect(started.announced.count == 8)
    }

    @Test(arguments: StoreUnderTest.all)
    func `counts the commit found by catch-up among the announced commits`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1)
        #expect(try ledger.queue(cause: .catchUp, target: 2) == 1)
        #expect(try ledger.start()?.announcedCommits == [try .fake(1), try .fake(2)])
    }

    @Test(arguments: StoreUnderTest.all)
    func `runs a manual deployment wherever the site is`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try ledger.queue(target: 1)
        #expect(try ledger.queue() == id)
        try ledger.record(1)
        let started = try #require(try ledger.start())
        #expect(started.id == id && started.cause == .command && started.announced.isEmpty && started.deliveries == 1)
    }

    /// Only the holder of the site's lock may run a deployment, so a running deployment was left by a vanished process.
    @Test(arguments: StoreUnderTest.all)
    func `takes over the deployment of a process that is gone`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let left = try ledger.awaited(1)
        try ledger.start()
        let started = try #require(try ledger.start())
        #expect(try started.id != left && started.announcedCommits == [.fake(1)] && started.deliveries == 1)
        #expect(try ledger.all.map(\.state) == [.interrupted, .running])
        #expect(try ledger.awaited(1) == started.id)
    }

    @Test(arguments: StoreUnderTest.all)
    func `merges a taken-over deployment into the queued deployment`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1)
        try ledger.start()
        let queued = try ledger.awaited(2)
        let started = try #require(try ledger.start())
        #expect(
            try started.id == queued && started.announcedCommits == [.fake(1), .fake(2)] && started.deliveries == 2)
        #expect(try ledger.start() != nil)
        #expect(try ledger.all.map(\.state) == [.interrupted, .interrupted, .running])
    }

    // MARK: Finishing

    @Test(arguments: StoreUnderTest.all, [DeploymentRecord.State.deployed, .unchanged, .failed])
    func `records the result of a deployment`(_ store: StoreUnderTest, _ state: DeploymentRecord.State) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let commit = try Commit.fake(1)
        let outcome: DeploymentResult =
            switch state {
            case .deployed: .deployed(commit)
            case .unchanged: .unchanged(commit)
            default: .failed(Failure("no", hint: "yes"))
            }
        let id = try ledger.awaited(1)
        try ledger.start()
        let conclusion = DeploymentRecord.Conclusion(outcome, duration: .milliseconds(1234), output: "é\n")
        let time = Date(timeIntervalSince1970: 1_234_567_890.123)
        _ = try ledger.write { try $0.finish(id, conclusion, at: time) }
        let record = try #require(try ledger.deployment(id))
        #expect(record.state == state && record.result == outcome)
        #expect(record.duration == .milliseconds(1234) && record.output == "é\n")
        #expect(record.ended.map { abs($0.timeIntervalSince(time)) < 0.001 } == true)
        #expect(try ledger.unfinishedSites().isEmpty)
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues an interrupted deployment again, with all its deliveries`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...3 { try ledger.record(number) }
        let started = try #require(try ledger.start())
        try ledger.finish(started.id, .interrupted)
        #expect(try ledger.all.map(\.state) == [.interrupted, .queued])
        let again = try #require(try ledger.start())
        #expect(again.id != started.id && again.deliveries == 3 && again.announcedCommits == started.announcedCommits)
        #expect(try ledger.awaited(2) == again.id)
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues interrupted catch-up work again, but not a manual deployment`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let missed = try ledger.queue(cause: .catchUp, target: 1)
        try ledger.start()
        try ledger.finish(missed, .interrupted)
        #expect(try ledger.start()?.cause == .catchUp)
        let asked = try ledger.queue("shop")
        try ledger.start("shop")
        try ledger.finish(asked, .interrupted)
        #expect(try ledger.unfinishedSites() == ["blog"])
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues an interrupted manual deployment again if a delivery joined it`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let asked = try ledger.queue()
        try ledger.record(1)
        try ledger.start()
        try ledger.finish(asked, .interrupted)
        #expect(try ledger.start()?.deliveries == 1)
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues a manual deployment again that its process left running`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let left = try ledger.queue()
        try ledger.start()
        let again = try #require(try ledger.start())
        #expect(again.id != left && again.cause == .command)
        #expect(try ledger.all.map(\.state) == [.interrupted, .running])
    }

    @Test(arguments: StoreUnderTest.all)
    func `finishes no deployment twice`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try ledger.deploy(1)
        try ledger.finish(id, .failed(Failure("no")))
        try ledger.finish(id, .interrupted)
        #expect(try ledger.all.map(\.state) == [.deployed])
    }

    @Test(arguments: StoreUnderTest.all)
    func `does not finish a deployment that another process took over`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let left = try ledger.awaited(1)
        try ledger.start()
        let started = try #require(try ledger.start())
        try ledger.finish(left, .deployed(.fake(1)))
        #expect(try ledger.state(of: left) == .interrupted)
        #expect(try ledger.state(of: started.id) == .running)
    }

    @Test(arguments: StoreUnderTest.all)
    func `rejects a queued deployment that cannot be started`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let failure = Failure("it is gone", hint: "clone it")
        #expect(try ledger.write { try $0.reject("blog", failure, at: Date()) } == nil)
        let id = try ledger.awaited(1)
        let rejected = try ledger.write { try $0.reject("blog", failure, at: Date()) }
        #expect(
            rejected
                == StartedDeployment(
                    id: id, announced: [try .main(.fake(1))], cause: .push, deliveries: 1, delivery: Self.delivery))
        #expect(try ledger.deployment(id)?.result == .failed(failure))
        #expect(try ledger.awaited(1) != id)
    }

    @Test(arguments: StoreUnderTest.all)
    func `withdraws what only a command asked for, until it starts`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let failure = Failure("cancelled")
        func withdraw(_ id: DeploymentRecord.ID) throws -> DeploymentRecord.State? {
            try ledger.write { try $0.withdraw(id, failure, at: Date()) }
            return try ledger.state(of: id)
        }
        let asked = try ledger.queue()
        #expect(try withdraw(asked) == .failed)
        #expect(try ledger.deployment(asked)?.failure == failure)
        #expect(try withdraw(asked) == .failed)

        let shared = try ledger.queue()
        #expect(try ledger.awaited(1) == shared)
        #expect(try withdraw(shared) == .queued, "a delivery needs the deployment too")
        _ = try ledger.start()
        #expect(try withdraw(shared) == .running)
        try ledger.finish(shared, .deployed(.fake(1)))
        #expect(try withdraw(shared) == .deployed)

        let missed = try ledger.queue(cause: .catchUp)
        #expect(try withdraw(missed) == .queued)
        #expect(try ledger.write { try $0.withdraw(12345, failure, at: Date()) } == ())
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues one deployment per site, with the newest target`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try ledger.queue(cause: .catchUp, target: 1)
        #expect(try ledger.queue(cause: .catchUp, target: 2) == id)
        #expect(try ledger.queue(cause: .catchUp) == id)
        #expect(try ledger.deployment(id)?.target == .main(try .fake(2)))
        #expect(try ledger.queue("shop") != id)
    }
}

extension Ledger {
    /// Queues a deployment without a delivery.
    fileprivate func queue(
        _ site: String = "blog", _ order: Order = .follow, cause: DeploymentRecord.Cause = .command,
        target: Int? = nil
    ) throws -> DeploymentRecord.ID {
        let target = try target.map { DeploymentRecord.Target.main(try .fake($0)) }
        return try write { try $0.queue(site, order, cause: cause, target: target, at: Date()) }
    }
}
