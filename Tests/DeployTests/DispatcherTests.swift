import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the dispatcher` {
    private let ledger: TemporaryLedger
    private let answers = Answers()

    init() throws { ledger = try TemporaryLedger() }

    private func make(
        limit: Int = 8, observer: @escaping Dispatcher.Observer = { _ in }
    ) -> Dispatcher {
        Dispatcher(ledger: ledger.ledger, limit: limit, observer: observer)
    }

    /// A strategy whose first deployment waits at `door`.
    private static func waiting(at door: Door) -> FakeStrategy {
        FakeStrategy { announced, _, run in
            if run == 1 { door.pass() }
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
    }

    @Test func `deploys other sites while one site hangs`() throws {
        let door = Door()
        let slow = try Site.fake(Self.waiting(at: door), name: "slow")
        let quick = try Site.fake(FakeStrategy(), name: "quick")
        let dispatcher = make()
        dispatcher.deploy(slow, to: try .fake(1), answer: answers.answer(1))
        door.awaitArrival()
        dispatcher.deploy(quick, to: try .fake(2), answer: answers.answer(2))
        #expect(answers.wait(for: 1))
        #expect(answers.byDelivery == [2: .deployed(try .fake(2))])
        door.open()
        dispatcher.waitUntilIdle()
        #expect(answers.count == 2)
    }

    @Test func `runs one follow-up for a hundred deliveries that arrive during a deployment`() throws {
        let door = Door()
        let strategy = Self.waiting(at: door)
        let site = try Site.fake(strategy)
        let dispatcher = make()
        dispatcher.deploy(site, to: try .fake(0), answer: answers.answer(0))
        door.awaitArrival()
        for number in 1...100 { dispatcher.deploy(site, to: try .fake(number), answer: answers.answer(number)) }
        door.open()
        #expect(answers.wait(for: 101))
        dispatcher.waitUntilIdle()
        #expect(strategy.runs.count == 2)
        #expect(answers.byDelivery[0] == .deployed(try .fake(0)))
        let followUp = try #require(answers.byDelivery[1])
        #expect(followUp.commit != nil)
        #expect((1...100).allSatisfy { answers.byDelivery[$0] == followUp })
        #expect(answers.count == 101)
    }

    @Test func `runs nothing for queued deliveries whose commit was already reached`() throws {
        let door = Door()
        let strategy = Self.waiting(at: door)
        let site = try Site.fake(strategy)
        let dispatcher = make()
        let commit = try Commit.fake(1)
        for delivery in 0..<100 { dispatcher.deploy(site, to: commit, answer: answers.answer(delivery)) }
        door.open()
        #expect(answers.wait(for: 100))
        dispatcher.waitUntilIdle()
        #expect(strategy.announced == [[commit]])
        #expect(answers.byDelivery.values.allSatisfy { $0.commit == commit })
        #expect(answers.byDelivery[0] == .deployed(commit))
        #expect(answers.byDelivery.count == 100 && answers.count == 100)
    }

    @Test func `lets a redelivery wait for the deployment that is running`() throws {
        let door = Door()
        let strategy = Self.waiting(at: door)
        let site = try Site.fake(strategy)
        let dispatcher = make()
        let commit = try Commit.fake(1)
        for number in 0..<10 {
            dispatcher.receive(.fake(1), for: [(site, .main(commit))], answer: answers.answer(number))
            door.awaitArrival()
        }
        door.open()
        #expect(answers.wait(for: 10))
        dispatcher.waitUntilIdle()
        #expect((0..<10).allSatisfy { answers.byDelivery[$0] == .deployed(commit) })
        #expect(strategy.runs.count == 1)
        #expect(try ledger.ledger.deployments(of: "blog", limit: 10).count == 1)
    }

    @Test func `treats a redelivery of a deployed push as a duplicate`() throws {
        let strategy = FakeStrategy()
        let site = try Site.fake(strategy)
        let dispatcher = make()
        let commit = try Commit.fake(1)
        for number in 0..<3 {
            dispatcher.receive(.fake(1), for: [(site, .main(commit))], answer: answers.answer(number))
            #expect(answers.wait(for: number + 1))
        }
        #expect(answers.byDelivery == [0: .deployed(commit), 1: .duplicate, 2: .duplicate])
        #expect(strategy.runs.count == 1)
    }

    @Test func `runs one deployment of a site at a time, and misses no delivery`() throws {
        let strategy = FakeStrategy { announced, _, _ in
            usleep(1_000)
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let site = try Site.fake(strategy)
        let dispatcher = make()
        for (delivery, commit) in try (0..<100).map(Commit.fake).enumerated() {
            Thread.detachNewThread { [answers] in
                dispatcher.deploy(site, to: commit, answer: answers.answer(delivery))
            }
            if delivery.isMultiple(of: 10) { usleep(1_000) }
        }
        #expect(answers.wait(for: 100))
        dispatcher.waitUntilIdle()
        #expect(!strategy.isOverrun)
        #expect(answers.byDelivery.count == 100 && answers.count == 100)
        let deployments = try ledger.ledger.deployments(of: "blog", limit: 200)
        #expect(deployments.map(\.deliveries).reduce(0, +) == 100)
        #expect(deployments.allSatisfy { $0.state.isFinished })
    }

    @Test func `answers without a run if the site is at the commit`() throws {
        let strategy = FakeStrategy()
        let site = try Site.fake(strategy)
        let dispatcher = make()
        let commit = try Commit.fake(1)
        dispatcher.deploy(site, to: commit, answer: answers.answer(0))
        dispatcher.waitUntilIdle()
        dispatcher.deploy(site, to: commit, answer: answers.answer(1))
        dispatcher.waitUntilIdle()
        #expect(answers.byDelivery == [0: .deployed(commit), 1: .unchanged(commit)])
        #expect(strategy.runs.count == 1)
        #expect(try ledger.ledger.deployments(of: "blog", limit: 1).first?.state == .unchanged)
    }

    @Test func `shares a failure among deliveries, and tries again for a redelivery`() throws {
        let door = Door()
        let failure = DeploymentResult.failed(Failure("no"))
        let strategy = FakeStrategy { announced, _, run in
            if run == 1 { door.pass() }
            return run < 3 ? failure : announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let site = try Site.fake(strategy)
        let dispatcher = make()
        func deliver(_ delivery: Int, _ number: Int) throws {
            let target = DeploymentRecord.Target.main(try .fake(delivery))
            dispatcher.receive(.fake(delivery), for: [(site, target)], answer: answers.answer(number))
        }
        try deliver(0, 0)
        door.awaitArrival()
        for number in 1..<5 { try deliver(number, number) }
        door.open()
        #expect(answers.wait(for: 5))
        dispatcher.waitUntilIdle()
        #expect((0..<5).allSatisfy { answers.byDelivery[$0] == .finished(failure) })
        #expect(strategy.runs.count == 2)
        try deliver(4, 5)
        #expect(answers.wait(for: 6))
        #expect(answers.byDelivery[5] == .deployed(try .fake(4)))
    }

    @Test func `accepts the next deployment from within an answer`() throws {
        let site = try Site.fake(FakeStrategy())
        let dispatcher = make()
        let second = try Commit.fake(2)
        dispatcher.deploy(site, to: try .fake(1)) { [answers] outcome in
            answers.answer(1)(outcome)
            dispatcher.deploy(site, to: second, answer: answers.answer(2))
        }
        #expect(answers.wait(for: 2))
        #expect(answers.byDelivery[2] == .deployed(second))
    }

    @Test func `tells the observer of every deployment, and how many deliveries it served`() throws {
        let door = Door()
        let strategy = Self.waiting(at: door)
        let site = try Site.fake(strategy)
        let served = Counter()
        let runs = Counter()
        let dispatcher = make { event in
            guard case .finished(let site, let deployment) = event, site.name == "blog",
                deployment.result.commit != nil, deployment.started.cause == .push, deployment.duration > .zero
            else { return }
            served.add(deployment.started.deliveries)
            runs.add(1)
        }
        dispatcher.deploy(site, to: try .fake(0), answer: answers.answer(0))
        door.awaitArrival()
        for number in 1..<5 { dispatcher.deploy(site, to: try .fake(9), answer: answers.answer(number)) }
        // Waits until all deliveries are recorded.
        #expect(
            try Observation.eventually {
                try ledger.ledger.deployments(of: "blog", limit: 1).first?.deliveries == 4
            })
        door.open()
        #expect(answers.wait(for: 5))
        dispatcher.waitUntilIdle()
        #expect(runs.value == 2 && served.value == 5)
    }

    @Test func `runs at most two pulls for a hundred deliveries of one push`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let runs = Counter()
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        let dispatcher = make { event in
            guard case .finished(_, let deployment) = event else { return }
            runs.add(deployment.result.failure == nil ? 1 : 100)
        }
        let commit = try blog.push(["index.html": "two\n"])
        for delivery in 0..<100 {
            let answer = answers.answer(delivery)
            Thread.detachNewThread { dispatcher.deploy(site, to: commit, answer: answer) }
        }
        #expect(answers.wait(for: 100))
        dispatcher.waitUntilIdle()
        #expect((1...2).contains(runs.value))
        #expect(answers.byDelivery.values.allSatisfy { $0.commit == commit } && answers.byDelivery.count == 100)
        #expect(try blog.text("site/index.html") == "two\n")
    }

    @Test func `keeps no memory and no thread of a thousand deployments`() throws {
        let site = try Site.fake(FakeStrategy())
        let dispatcher = make()
        let released = Counter()
        let threads = try Observation.status("Threads")
        let memory = try Observation.status("VmRSS")
        for number in 0..<1000 {
            let delivery = Delivery(released)
            dispatcher.deploy(site, to: try .fake(number)) { [answers] outcome in
                delivery.seen()
                answers.answer(number)(outcome)
            }
            dispatcher.waitUntilIdle()
        }
        #expect(answers.byDelivery.count == 1000)
        #expect(Observation.eventually { released.value == 1000 })
        // Other tests running now have some threads. A leaked thread, or stack, per deployment would be a thousand.
        #expect(try Observation.eventually { try Observation.status("Threads") < threads + 500 })
        #expect(try Observation.status("VmRSS") < memory + 128 << 10)
    }
}

/// An object that an answer retains.
private final class Delivery: Sendable {
    private let released: Counter

    init(_ released: Counter) { self.released = released }

    deinit { released.add(1) }

    func seen() {}
}
