import TestSupport
import Deploy
import Foundation
import Git
import SQLiteLedger
import Testing

@Suite struct `the ledger of deployments` {
    private let home: TemporaryLedger
    private var ledger: SQLiteLedger { home.ledger }

    init() throws { home = try TemporaryLedger() }

    private func queue(
        _ site: String = "blog", cause: DeploymentRecord.Cause = .command, target: Int? = nil
    ) throws -> DeploymentRecord.ID {
        let target = try target.map { DeploymentRecord.Target.main(try .fake($0)) }
        return try ledger.write { try $0.queue(site, cause: cause, target: target, at: Date()) }
    }

    // MARK: Beginning

    @Test func `begins what is queued, with the commits that were announced`() throws {
        #expect(try ledger.start() == nil)
        let id = try ledger.awaited(1)
        try ledger.record(1, commit: 1)
        #expect(
            try ledger.start()
                == StartedDeployment(id: id, targets: [.fake(1)], cause: .push, deliveries: 1))
        #expect(try ledger.state(of: id) == .running)
        #expect(try ledger.deployment(id)?.started != nil)
        #expect(try ledger.start("shop") == nil)
    }

    @Test func `knows two of many commits, which are as good as all`() throws {
        for number in 1...100 { try ledger.record(number) }
        let started = try #require(try ledger.start())
        #expect(started.deliveries == 100)
        #expect((2...3).contains(started.targets.count))
    }

    @Test func `counts the remote's commit beside those announced`() throws {
        try ledger.record(1)
        #expect(try queue(cause: .catchUp, target: 2) == 1)
        #expect(try ledger.start()?.targets == [try .fake(1), try .fake(2)])
    }

    @Test func `deploys what a person asks for, whatever the site is at`() throws {
        let id = try queue(target: 1)
        #expect(try queue() == id)
        try ledger.record(1)
        let started = try #require(try ledger.start())
        #expect(started.id == id && started.cause == .command && started.targets.isEmpty && started.deliveries == 1)
    }

    /// Who holds the site is alone with it: what runs then was left by a process that is gone.
    @Test func `takes over what a process left that is gone`() throws {
        let left = try ledger.awaited(1)
        try ledger.start()
        let started = try #require(try ledger.start())
        #expect(try started.id != left && started.targets == [.fake(1)] && started.deliveries == 1)
        #expect(try ledger.all.map(\.state) == [.interrupted, .running])
        #expect(try ledger.awaited(1) == started.id)
    }

    @Test func `takes it over into what is queued already`() throws {
        try ledger.record(1)
        try ledger.start()
        let queued = try ledger.awaited(2)
        let started = try #require(try ledger.start())
        #expect(try started.id == queued && started.targets == [.fake(1), .fake(2)] && started.deliveries == 2)
        #expect(try ledger.start() != nil)
        #expect(try ledger.all.map(\.state) == [.interrupted, .interrupted, .running])
    }

    // MARK: Ending

    @Test(arguments: [DeploymentRecord.State.deployed, .unchanged, .failed])
    func `ends with what came of it`(_ state: DeploymentRecord.State) throws {
        let commit = try Commit.fake(1)
        let outcome: Outcome =
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
        #expect(record.state == state && record.outcome == outcome)
        #expect(record.duration == .milliseconds(1234) && record.output == "é\n")
        #expect(record.ended.map { abs($0.timeIntervalSince(time)) < 0.001 } == true)
        #expect(try ledger.unfinishedSites().isEmpty)
    }

    @Test func `queues again what was interrupted, with all its deliveries`() throws {
        for number in 1...3 { try ledger.record(number) }
        let started = try #require(try ledger.start())
        try ledger.finish(started.id, .interrupted)
        #expect(try ledger.all.map(\.state) == [.interrupted, .queued])
        let again = try #require(try ledger.start())
        #expect(again.id != started.id && again.deliveries == 3 && again.targets == started.targets)
        #expect(try ledger.awaited(2) == again.id)
    }

    @Test func `queues again what catch-up found, but not what a person asked for and saw cut short`() throws {
        let missed = try queue(cause: .catchUp, target: 1)
        try ledger.start()
        try ledger.finish(missed, .interrupted)
        #expect(try ledger.start()?.cause == .catchUp)
        let asked = try queue("shop")
        try ledger.start("shop")
        try ledger.finish(asked, .interrupted)
        #expect(try ledger.unfinishedSites() == ["blog"])
    }

    @Test func `queues again what a person asked for together with a delivery`() throws {
        let asked = try queue()
        try ledger.record(1)
        try ledger.start()
        try ledger.finish(asked, .interrupted)
        #expect(try ledger.start()?.deliveries == 1)
    }

    @Test func `ends nothing twice`() throws {
        let id = try ledger.deploy(1)
        try ledger.finish(id, .failed(Failure("no")))
        try ledger.finish(id, .interrupted)
        #expect(try ledger.all.map(\.state) == [.deployed])
    }

    @Test func `does not end what another process took over and does now`() throws {
        let left = try ledger.awaited(1)
        try ledger.start()
        let started = try #require(try ledger.start())
        try ledger.finish(left, .deployed(.fake(1)))
        #expect(try ledger.state(of: left) == .interrupted)
        #expect(try ledger.state(of: started.id) == .running)
    }

    @Test func `refuses what is queued and cannot begin`() throws {
        let failure = Failure("it is gone", hint: "clone it")
        #expect(try ledger.write { try $0.reject("blog", failure, at: Date()) } == nil)
        let id = try ledger.awaited(1)
        let rejected = try ledger.write { try $0.reject("blog", failure, at: Date()) }
        #expect(rejected == StartedDeployment(id: id, targets: [try .fake(1)], cause: .push, deliveries: 1))
        #expect(try ledger.deployment(id)?.outcome == .failed(failure))
        #expect(try ledger.awaited(1) != id)
    }

    @Test func `queues one at a time, of the newest target`() throws {
        let id = try queue(cause: .catchUp, target: 1)
        #expect(try queue(cause: .catchUp, target: 2) == id)
        #expect(try queue(cause: .catchUp) == id)
        #expect(try ledger.deployment(id)?.target == .main(try .fake(2)))
        #expect(try queue("shop") != id)
    }
}
