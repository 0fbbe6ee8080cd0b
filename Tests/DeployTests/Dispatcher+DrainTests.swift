import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `draining the dispatcher` {
    private let ledger: TemporaryLedger
    private let answers = Answers()
    private let clock = ContinuousClock()

    init() throws { ledger = try TemporaryLedger() }

    private func make(limit: Int = 8) -> Dispatcher { Dispatcher(ledger: ledger.ledger, limit: limit) }

    /// A strategy whose deployments hang until cancelled.
    private static func hanging(_ started: Door) -> FakeStrategy {
        FakeStrategy { _, limits, _ in
            started.open()
            while !limits.cancellation.isCancelled, limits.deadline > .now { usleep(1_000) }
            return .interrupted
        }
    }

    private static func waiting(at door: Door) -> FakeStrategy {
        FakeStrategy { announced, _, _ in
            door.pass()
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
    }

    @Test func `finishes running deployments, and leaves queued deployments in the ledger`() throws {
        let door = Door()
        let one = try Site.fake(Self.waiting(at: door), name: "one")
        let other = try Site.fake(FakeStrategy(), name: "other")
        let dispatcher = make(limit: 1)
        dispatcher.deploy(one, to: try .fake(1), answer: answers.answer(1))
        door.awaitArrival()
        dispatcher.deploy(one, to: try .fake(2), answer: answers.answer(2))
        dispatcher.deploy(other, to: try .fake(3), answer: answers.answer(3))
        #expect(try Observation.eventually { try ledger.ledger.deployments(of: nil, limit: 9).count == 3 })
        let opening = Running(when: { [answers] in answers.byDelivery[3] != nil }) { door.open() }
        dispatcher.drain(within: .seconds(10))
        #expect(opening.isSuccess())
        #expect(answers.byDelivery[1] == .deployed(try .fake(1)))
        // Depends on whether the entry was in the queue or only in the ledger when draining began.
        #expect([.queued, .interrupted].contains(answers.byDelivery[2]))
        #expect(answers.byDelivery[3] == .interrupted)
        #expect(answers.count == 3)
        let states = try ledger.ledger.deployments(of: nil, limit: 9).map(\.state)
        #expect(states == [.queued, .queued, .deployed])
    }

    @Test func `takes no time if nothing is running`() throws {
        let dispatcher = make()
        #expect(clock.measure { dispatcher.drain(within: .seconds(10)) } < .seconds(1))
    }

    @Test func `ends running deployments when its time is up, answers every sender, and loses nothing`() throws {
        let started = Door()
        let site = try Site.fake(Self.hanging(started))
        let dispatcher = make()
        for number in 0..<10 { dispatcher.deploy(site, to: try .fake(number), answer: answers.answer(number)) }
        started.pass()
        let time = clock.measure { dispatcher.drain(within: .milliseconds(200)) }
        #expect((.milliseconds(200)..<(.seconds(2))).contains(time))
        #expect(answers.count == 10)
        #expect((0..<10).allSatisfy { [.interrupted, .queued].contains(answers.byDelivery[$0]) })
        let deployments = try ledger.ledger.deployments(of: "blog", limit: 9)
        #expect(deployments.map(\.state) == [.queued, .interrupted])
        #expect(deployments.first?.deliveries == 10)
    }

    @Test func `records and answers deliveries that arrive afterwards`() throws {
        let site = try Site.fake(FakeStrategy())
        let dispatcher = make()
        dispatcher.drain(within: .zero)
        dispatcher.deploy(site, to: try .fake(1), answer: answers.answer(1))
        #expect(answers.wait(for: 1))
        #expect(answers.byDelivery[1] == .interrupted)
        #expect(try ledger.ledger.unfinishedSites() == ["blog"])
    }

    @Test func `gives all sites the same time, not one after the other`() throws {
        let stuck = Door()
        defer { stuck.open() }
        let sites = try (0..<4).map { try Site.fake(Self.waiting(at: stuck), name: "\($0)") }
        let dispatcher = make()
        for site in sites { dispatcher.deploy(site, to: try .fake(1), answer: answers.answer(1)) }
        stuck.awaitArrival()
        let time = clock.measure { dispatcher.drain(within: .milliseconds(100), grace: .milliseconds(400)) }
        #expect(time < .milliseconds(1300))
    }
}
