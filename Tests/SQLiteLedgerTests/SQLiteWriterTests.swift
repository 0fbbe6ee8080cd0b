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
        #expect(try ledger.begin() == nil)
        let id = try ledger.awaited(1)
        try ledger.record(1, commit: 1)
        #expect(
            try ledger.begin()
                == BegunDeployment(id: id, targets: [.fake(1)], cause: .push, deliveries: 1))
        #expect(try ledger.state(of: id) == .running)
        #expect(try ledger.deployment(id)?.started != nil)
        #expect(try ledger.begin("shop") == nil)
    }

    @Test func `knows two of many commits, which are as good as all`() throws {
        for number in 1...100 { try ledger.record(number) }
        let begun = try #require(try ledger.begin())
        #expect(begun.deliveries == 100)
        #expect((2...3).contains(begun.targets.count))
    }

    @Test func `counts the remote's commit beside those announced`() throws {
        try ledger.record(1)
        #expect(try queue(cause: .catchUp, target: 2) == 1)
        #expect(try ledger.begin()?.targets == [try .fake(1), try .fake(2)])
    }

    @Test func `deploys what a person asks for, whatever the site is at`() throws {
        let id = try queue(target: 1)
        #expect(try queue() == id)
        try ledger.record(1)
        let begun = try #require(try ledger.begin())
        #expect(begun.id == id && begun.cause == .command && begun.targets.isEmpty && begun.deliveries == 1)
    }

    /// Who holds the site is alone with it: what runs then was left by a process that is gone.
    @Test func `takes over what a process left that is gone`() throws {
        let left = try ledger.awaited(1)
        try ledger.begin()
        let begun = try #require(try ledger.begin())
        #expect(try begun.id != left && begun.targets == [.fake(1)] && begun.deliveries == 1)
        #expect(try ledger.all.map(\.state) == [.interrupted, .running])
        #expect(try ledger.awaited(1) == begun.id)
    }

    @Test func `takes it over into what is queued already`() throws {
        try ledger.record(1)
        try ledger.begin()
        let queued = try ledger.awaited(2)
        let begun = try #require(try ledger.begin())
        #expect(try begun.id == queued && begun.targets == [.fake(1), .fake(2)] && begun.deliveries == 2)
        #expect(try ledger.begin() != nil)
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
        try ledger.begin()
        let conclusion = DeploymentRecord.Conclusion(outcome, duration: .milliseconds(1234), output: "é\n")
        let time = Date(timeIntervalSince1970: 1_234_567_890.123)
        try ledger.write { try $0.end(id, conclusion, at: time) }
        let record = try #require(try ledger.deployment(id))
        #expect(record.state == state && record.outcome == outcome)
        #expect(record.duration == .milliseconds(1234) && record.output == "é\n")
        #expect(record.ended.map { abs($0.timeIntervalSince(time)) < 0.001 } == true)
        #expect(try ledger.unfinishedSites().isEmpty)
    }

    @Test func `queues again what was interrupted, with all its deliveries`() throws {
        for number in 1...3 { try ledger.record(number) }
        let begun = try #require(try ledger.begin())
        try ledger.end(begun.id, .interrupted)
        #expect(try ledger.all.map(\.state) == [.interrupted, .queued])
        let again = try #require(try ledger.begin())
        #expect(again.id != begun.id && again.deliveries == 3 && again.targets == begun.targets)
        #expect(try ledger.awaited(2) == again.id)
    }

    @Test func `queues again what catch-up found, but not what a person asked for and saw cut short`() throws {
        let missed = try queue(cause: .catchUp, target: 1)
        try ledger.begin()
        try ledger.end(missed, .interrupted)
        #expect(try ledger.begin()?.cause == .catchUp)
        let asked = try queue("shop")
        try ledger.begin("shop")
        try ledger.end(asked, .interrupted)
        #expect(try ledger.unfinishedSites() == ["blog"])
    }

    @Test func `queues again what a person asked for together with a delivery`() throws {
        let asked = try queue()
        try ledger.record(1)
        try ledger.begin()
        try ledger.end(asked, .interrupted)
        #expect(try ledger.begin()?.deliveries == 1)
    }

    @Test func `ends nothing twice`() throws {
        let id = try ledger.deploy(1)
        try ledger.end(id, .failed(Failure("no")))
        try ledger.end(id, .interrupted)
        #expect(try ledger.all.map(\.state) == [.deployed])
    }

    @Test func `does not end what another process took over and does now`() throws {
        let left = try ledger.awaited(1)
        try ledger.begin()
        let begun = try #require(try ledger.begin())
        try ledger.end(left, .deployed(.fake(1)))
        #expect(try ledger.state(of: left) == .interrupted)
        #expect(try ledger.state(of: begun.id) == .running)
    }

    @Test func `refuses what is queued and cannot begin`() throws {
        let failure = Failure("it is gone", hint: "clone it")
        #expect(try ledger.write { try $0.refuse("blog", failure, at: Date()) } == nil)
        let id = try ledger.awaited(1)
        let refused = try ledger.write { try $0.refuse("blog", failure, at: Date()) }
        #expect(refused == BegunDeployment(id: id, targets: [try .fake(1)], cause: .push, deliveries: 1))
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
