import TestSupport
import Deploy
import Foundation
import Git
import Testing

@Suite struct `the ledger of deployments` {

    // MARK: Without a deployment

    @Test(arguments: StoreUnderTest.all)
    func `takes a site for well again after a failure, once, and no other site`(_ store: StoreUnderTest) throws {
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
    func `waits with that for what is queued or running`(_ store: StoreUnderTest) throws {
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

    // MARK: Beginning

    @Test(arguments: StoreUnderTest.all)
    func `begins what is queued, with the commits that were announced`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        #expect(try ledger.start() == nil)
        let id = try ledger.awaited(1)
        try ledger.record(1, commit: 1)
        #expect(
            try ledger.start()
                == StartedDeployment(id: id, announced: [.fake(1)], cause: .push, deliveries: 1))
        #expect(try ledger.state(of: id) == .running)
        #expect(try ledger.deployment(id)?.started != nil)
        #expect(try ledger.start("shop") == nil)
    }

    @Test(arguments: StoreUnderTest.all)
    func `knows two of many commits, which are as good as all`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...100 { try ledger.record(number) }
        let started = try #require(try ledger.start())
        #expect(started.deliveries == 100)
        #expect((2...3).contains(started.announced.count))
    }

    @Test(arguments: StoreUnderTest.all)
    func `counts the remote's commit beside those announced`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1)
        #expect(try ledger.queue(cause: .catchUp, target: 2) == 1)
        #expect(try ledger.start()?.announced == [try .fake(1), try .fake(2)])
    }

    @Test(arguments: StoreUnderTest.all)
    func `deploys what a person asks for, whatever the site is at`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try ledger.queue(target: 1)
        #expect(try ledger.queue() == id)
        try ledger.record(1)
        let started = try #require(try ledger.start())
        #expect(started.id == id && started.cause == .command && started.announced.isEmpty && started.deliveries == 1)
    }

    /// Who holds the site is alone with it: what runs then was left by a process that is gone.
    @Test(arguments: StoreUnderTest.all)
    func `takes over what a process left that is gone`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let left = try ledger.awaited(1)
        try ledger.start()
        let started = try #require(try ledger.start())
        #expect(try started.id != left && started.announced == [.fake(1)] && started.deliveries == 1)
        #expect(try ledger.all.map(\.state) == [.interrupted, .running])
        #expect(try ledger.awaited(1) == started.id)
    }

    @Test(arguments: StoreUnderTest.all)
    func `takes it over into what is queued already`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1)
        try ledger.start()
        let queued = try ledger.awaited(2)
        let started = try #require(try ledger.start())
        #expect(try started.id == queued && started.announced == [.fake(1), .fake(2)] && started.deliveries == 2)
        #expect(try ledger.start() != nil)
        #expect(try ledger.all.map(\.state) == [.interrupted, .interrupted, .running])
    }

    // MARK: Ending

    @Test(arguments: StoreUnderTest.all, [DeploymentRecord.State.deployed, .unchanged, .failed])
    func `ends with what came of it`(_ store: StoreUnderTest, _ state: DeploymentRecord.State) throws {
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
        try ledger.write { try $0.finish(id, conclusion, at: time) }
        let record = try #require(try ledger.deployment(id))
        #expect(record.state == state && record.result == outcome)
        #expect(record.duration == .milliseconds(1234) && record.output == "é\n")
        #expect(record.ended.map { abs($0.timeIntervalSince(time)) < 0.001 } == true)
        #expect(try ledger.unfinishedSites().isEmpty)
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues again what was interrupted, with all its deliveries`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for number in 1...3 { try ledger.record(number) }
        let started = try #require(try ledger.start())
        try ledger.finish(started.id, .interrupted)
        #expect(try ledger.all.map(\.state) == [.interrupted, .queued])
        let again = try #require(try ledger.start())
        #expect(again.id != started.id && again.deliveries == 3 && again.announced == started.announced)
        #expect(try ledger.awaited(2) == again.id)
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues again what catch-up found, but not what a person asked for and saw cut short`(_ store: StoreUnderTest)
        throws
    {
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
    func `queues again what a person asked for together with a delivery`(_ store: StoreUnderTest) throws {
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
    func `ends nothing twice`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try ledger.deploy(1)
        try ledger.finish(id, .failed(Failure("no")))
        try ledger.finish(id, .interrupted)
        #expect(try ledger.all.map(\.state) == [.deployed])
    }

    @Test(arguments: StoreUnderTest.all)
    func `does not end what another process took over and does now`(_ store: StoreUnderTest) throws {
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
    func `refuses what is queued and cannot begin`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let failure = Failure("it is gone", hint: "clone it")
        #expect(try ledger.write { try $0.reject("blog", failure, at: Date()) } == nil)
        let id = try ledger.awaited(1)
        let rejected = try ledger.write { try $0.reject("blog", failure, at: Date()) }
        #expect(rejected == StartedDeployment(id: id, announced: [try .fake(1)], cause: .push, deliveries: 1))
        #expect(try ledger.deployment(id)?.result == .failed(failure))
        #expect(try ledger.awaited(1) != id)
    }

    @Test(arguments: StoreUnderTest.all)
    func `queues one at a time, of the newest target`(_ store: StoreUnderTest) throws {
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
    /// Queues a deployment that no delivery asked for.
    fileprivate func queue(
        _ site: String = "blog", _ order: Order = .follow, cause: DeploymentRecord.Cause = .command,
        target: Int? = nil
    ) throws -> DeploymentRecord.ID {
        let target = try target.map { DeploymentRecord.Target.main(try .fake($0)) }
        return try write { try $0.queue(site, order, cause: cause, target: target, at: Date()) }
    }
}
