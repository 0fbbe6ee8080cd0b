import TestSupport
import Foundation
import Git
import Synchronization
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the turns of the dispatcher` {
    private let home: TemporaryLedger
    private let answers = Answers()

    init() throws { home = try TemporaryLedger() }

    /// The names of the deployed sites, in order, and how many ran at once.
    private final class Stage: Sendable {
        private struct State {
            var started: [String] = []
            var running = 0
            var most = 0
        }

        private let state = Mutex(State())

        var started: [String] { state.withLock(\.started) }
        var running: Int { state.withLock(\.running) }
        var most: Int { state.withLock(\.most) }

        /// A site whose deployments wait at `door`.
        func site(_ name: String, at door: Door) throws -> Site {
            try .fake(
                FakeStrategy { [self] announced, _, _ in
                    state.withLock { state in
                        state.started.append(name)
                        state.running += 1
                        state.most = max(state.most, state.running)
                    }
                    door.pass()
                    state.withLock { $0.running -= 1 }
                    return announced.first.map(DeploymentResult.deployed) ?? .interrupted
                }, name: name)
        }
    }

    @Test(arguments: [false, true]) func `tries again with the present settings of the site`(_ isRemoved: Bool) throws {
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 1)
        defer { dispatcher.drain(within: .seconds(5)) }
        let commit = try Commit.fake(1)
        let old = FakeStrategy { _, _, _ in .waiting(for: commit.short) }
        let new = FakeStrategy { _, _, _ in .deployed(commit) }
        dispatcher.follow([try .fake(old)])
        dispatcher.deploy(try .fake(old), to: commit, answer: answers.answer(1))
        #expect(try Observation.eventually { try home.ledger.deployments(of: nil, limit: 1).first?.state == .waiting })
        dispatcher.follow(isRemoved ? [] : [try .fake(new)])
        usleep(1_500_000)
        #expect(old.runs.count == 1 && new.runs.count == (isRemoved ? 0 : 1))
    }

    private func deploy(_ sites: [Site], by dispatcher: Dispatcher) throws {
        for (number, site) in sites.enumerated() {
            dispatcher.deploy(site, to: try .fake(number), answer: answers.answer(number))
        }
    }

    @Test func `let at most the agreed number of sites deploy at once`() throws {
        let stage = Stage()
        let door = Door()
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 3)
        try deploy((0..<10).map { try stage.site("\($0)", at: door) }, by: dispatcher)
        #expect(Observation.eventually { stage.running == 3 })
        usleep(100_000)
        #expect(stage.started.count == 3)
        door.open()
        #expect(answers.wait(for: 10))
        dispatcher.waitUntilIdle()
        #expect(stage.most == 3 && stage.started.count == 10)
        #expect(answers.byDelivery.values.allSatisfy { $0.commit != nil })
    }

    @Test func `let more sites deploy at once as soon as the limit rises`() throws {
        let stage = Stage()
        let door = Door()
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 1)
        try deploy((0..<6).map { try stage.site("\($0)", at: door) }, by: dispatcher)
        #expect(Observation.eventually { stage.running == 1 })
        dispatcher.setLimit(4)
        #expect(Observation.eventually { stage.running == 4 })
        door.open()
        dispatcher.waitUntilIdle()
        #expect(stage.most == 4 && answers.count == 6)
    }

    @Test func `let fewer sites deploy at once after the limit fell and running deployments ended`() throws {
        let stage = Stage()
        let doors = (0..<6).map { _ in Door() }
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
        try deploy(doors.enumerated().map { try stage.site("\($0)", at: $1) }, by: dispatcher)
        #expect(Observation.eventually { stage.running == 4 })
        dispatcher.setLimit(1)
        for door in doors.prefix(3) { door.open() }
        #expect(Observation.eventually { stage.running == 1 })
        usleep(50_000)
        #expect(stage.started.count == 4)
        for door in doors { door.open() }
        #expect(answers.wait(for: 6))
        dispatcher.waitUntilIdle()
        #expect(stage.started.count == 6)
    }

    @Test func `keep a busy site from delaying other sites`() throws {
        let stage = Stage()
        let door = Door()
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 1)
        let busy = try stage.site("busy", at: door)
        let others = try ["one", "two"].map { try stage.site($0, at: door) }
        dispatcher.deploy(busy, to: try .fake(0), answer: answers.answer(0))
        door.awaitArrival()
        for number in 1...3 { dispatcher.deploy(busy, to: try .fake(number), answer: answers.answer(number)) }
        for (number, site) in others.enumerated() {
            dispatcher.deploy(site, to: try .fake(10 + number), answer: answers.answer(10 + number))
        }
        for number in 4...6 { dispatcher.deploy(busy, to: try .fake(number), answer: answers.answer(number)) }
        #expect(try Observation.eventually { try home.ledger.unfinishedSites().count == 3 })
        door.open()
        #expect(answers.wait(for: 9))
        dispatcher.waitUntilIdle()
        #expect(stage.started == ["busy", "one", "two", "busy"])
    }

    @Test func `reach every one of many sites`() throws {
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
        let sites = try (0..<500).map { try Site.fake(FakeStrategy(), name: "site-\($0)") }
        try deploy(sites, by: dispatcher)
        #expect(answers.wait(for: 500))
        dispatcher.waitUntilIdle()
        #expect(answers.byDelivery.count == 500)
        #expect(answers.byDelivery.allSatisfy { number, outcome in outcome == (try? .deployed(.fake(number))) })
        #expect(try home.ledger.unfinishedSites().isEmpty)
    }
}
