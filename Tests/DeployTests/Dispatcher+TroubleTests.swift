import TestSupport
import Foundation
import Git
import Synchronization
import Testing

@testable import Deploy

/// Trouble beside the deployment itself loses no delivery.
@Suite(.onPlainThreads) struct `a dispatcher in trouble` {
    private let home: TemporaryLedger
    private let ledger: WatchedLedger
    private let answers = Answers()
    private let full = LedgerError("the disk is full")

    init() throws {
        home = try TemporaryLedger()
        ledger = WatchedLedger(home.ledger)
    }

    @Test func `reports a delivery that cannot be recorded, and deploys nothing`() throws {
        let strategy = FakeStrategy()
        let site = try Site.fake(strategy)
        let dispatcher = Dispatcher(ledger: ledger, limit: 4)
        ledger.fail(full)
        let said = Mutex<[LedgerError?]>([])
        dispatcher.receive(.fake(1), for: [(site, .main(try .fake(1)))]) { result in
            let error: LedgerError? = if case .failure(let error) = result { error } else { nil }
            said.withLock { $0.append(error) }
            return .waiting
        } answer: { [answers] _, outcome in
            answers.answer(1)(outcome)
        }
        dispatcher.waitUntilIdle()
        #expect(said.withLock { $0 } == [full])
        #expect(answers.count == 0 && strategy.runs.isEmpty)
        let requested = Mutex<Result<DeliveryOutcome, LedgerError>?>(nil)
        dispatcher.request(site, cause: .command, target: nil) { result in requested.withLock { $0 = result } }
        dispatcher.waitUntilIdle()
        #expect(requested.withLock { $0 } == .failure(full))
        ledger.fail(nil)
        dispatcher.receive(.fake(1), for: [(site, .main(try .fake(1)))], answer: answers.answer(2))
        #expect(answers.wait(for: 1))
        #expect(answers.byDelivery[2] == .deployed(try .fake(1)))
    }

    @Test func `answers that a deployment is queued if it cannot be started, and leaves it queued`() throws {
        let strategy = FakeStrategy()
        let site = try Site.fake(strategy)
        let stuck = Mutex<[LedgerError]>([])
        let dispatcher = Dispatcher(ledger: ledger, limit: 4) { event in
            if case .notStarted(_, let error) = event { stuck.withLock { $0.append(error) } }
        }
        dispatcher.receive(.fake(1), for: [(site, .main(try .fake(1)))]) { [ledger, full] _ in
            ledger.fail(full)
            return .waiting
        } answer: { [answers] _, outcome in
            answers.answer(1)(outcome)
        }
        #expect(answers.wait(for: 1))
        dispatcher.waitUntilIdle()
        #expect(answers.byDelivery == [1: .queued])
        #expect(stuck.withLock { $0 } == [full])
        #expect(strategy.runs.isEmpty)
        #expect(try home.ledger.deployments(of: "blog", limit: 9).map(\.state) == [.queued])
        ledger.fail(nil)
        try dispatcher.resume([site])
        dispatcher.waitUntilIdle()
        #expect(try home.ledger.deployments(of: "blog", limit: 9).map(\.state) == [.deployed])
        #expect(strategy.announced == [[try .fake(1)]])
    }

    /// The site is deployed all the same, and the next look at the ledger finds the site up to date.
    @Test func `reports the result of a deployment whose end cannot be recorded`() throws {
        let strategy = FakeStrategy { [ledger, full] announced, _, run in
            if run == 1 { ledger.fail(full) }
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let site = try Site.fake(strategy)
        let dispatcher = Dispatcher(ledger: ledger, limit: 4)
        dispatcher.deploy(site, to: try .fake(1), answer: answers.answer(1))
        #expect(answers.wait(for: 1))
        dispatcher.waitUntilIdle()
        #expect(answers.byDelivery[1] == .deployed(try .fake(1)))
        ledger.fail(nil)
        #expect(try home.ledger.deployments(of: "blog", limit: 9).map(\.state) == [.running])
        try dispatcher.resume([site])
        dispatcher.waitUntilIdle()
        #expect(try home.ledger.deployments(of: "blog", limit: 9).map(\.state) == [.unchanged, .interrupted])
        #expect(strategy.runs.count == 1)
    }

    @Test func `reports why a site cannot be deployed, and deploys the site once it can`() throws {
        let strategy = FakeStrategy()
        let site = try Site.fake(strategy)
        let gone = Failure("/srv/blog does not exist", hint: "git clone <url> /srv/blog")
        strategy.refuse(gone)
        let finished = Mutex<[StartedDeployment]>([])
        let dispatcher = Dispatcher(ledger: ledger, limit: 4) { event in
            if case .finished(_, let deployment) = event { finished.withLock { $0.append(deployment.started) } }
        }
        dispatcher.receive(.fake(1), for: [(site, .main(try .fake(1)))], answer: answers.answer(1))
        #expect(answers.wait(for: 1))
        dispatcher.waitUntilIdle()
        #expect(answers.byDelivery[1] == .failed(gone))
        #expect(finished.withLock { $0 }.map(\.deliveries) == [1])
        #expect(try home.ledger.deployment(1)?.failure == gone)
        strategy.refuse(nil)
        dispatcher.receive(.fake(1), for: [(site, .main(try .fake(1)))], answer: answers.answer(2))
        #expect(answers.wait(for: 2))
        #expect(answers.byDelivery[2] == .deployed(try .fake(1)))
    }

    @Test func `deploys a delivery whose sender does not wait, and answers nobody`() throws {
        let site = try Site.fake(FakeStrategy())
        let dispatcher = Dispatcher(ledger: ledger, limit: 4)
        dispatcher.receive(.fake(1), for: [(site, .main(try .fake(1)))]) { _ in
            .answered
        } answer: { [answers] _, outcome in
            answers.answer(1)(outcome)
        }
        dispatcher.waitUntilIdle()
        #expect(answers.count == 0)
        #expect(try home.ledger.deployment(1)?.state == .deployed)
    }

    @Test func `answers each of several sites with its own outcome`() throws {
        let no = DeliveryOutcome.failed(Failure("no"))
        let there = try Commit.fake(1)
        let sites = try [
            Site.fake(FakeStrategy(), name: "good"),
            .fake(FakeStrategy { _, _, _ in .failed(Failure("no")) }, name: "bad"),
            .fake(FakeStrategy(live: there), name: "there"),
        ]
        let dispatcher = Dispatcher(ledger: ledger, limit: 4)
        for round in 0..<2 {
            let told = Mutex<[String: DeliveryOutcome]>([:])
            let isAwaited = Mutex<[Bool]>([])
            dispatcher.receive(.fake(1), for: sites.map { ($0, .main(there)) }) { result in
                isAwaited.withLock { $0.append((try? result.get()) ?? false) }
                return .waiting
            } answer: { site, outcome in
                told.withLock { $0[site.name] = outcome }
            }
            dispatcher.waitUntilIdle()
            #expect(isAwaited.withLock { $0 } == [true])
            let good = round == 0 ? DeliveryOutcome.deployed(there) : .duplicate
            let unchanged = round == 0 ? DeliveryOutcome.unchanged(there) : .duplicate
            #expect(told.withLock { $0 } == ["good": good, "bad": no, "there": unchanged])
        }
    }
}
