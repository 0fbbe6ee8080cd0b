import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `site queue` {
    private let answers = Answers()

    private func queue(
        _ strategy: FakeStrategy, timeout: Duration = .seconds(20),
        observer: @escaping Dispatcher.Observer = { _, _, _, _ in }
    ) throws -> SiteQueue {
        SiteQueue(site: try .fake(strategy, timeout: timeout), cancellation: Cancellation(), observer: observer)
    }

    @Test func `a hundred deliveries of one push make two runs at most, and one if they come in time`() throws {
        let door = Door()
        let strategy = FakeStrategy { targets, _, _ in
            door.pass()
            return targets.first.map(Outcome.deployed) ?? .interrupted
        }
        let queue = try queue(strategy)
        let commit = try Commit.fake(1)
        for delivery in 0..<100 { queue.deploy(commit, answer: answers.answer(delivery)) }
        door.open()
        #expect(answers.wait(for: 100))
        queue.waitUntilIdle(until: nil)
        #expect(strategy.runs == [[commit]])
        #expect(answers.byDelivery[0] == .deployed(commit))
        #expect((1..<100).allSatisfy { answers.byDelivery[$0] == .unchanged(commit) })
        #expect(answers.count == 100)
    }

    @Test func `a hundred deliveries from a hundred threads are each answered once`() throws {
        let strategy = FakeStrategy { targets, _, _ in
            usleep(2_000)
            return targets.first.map(Outcome.deployed) ?? .interrupted
        }
        let queue = try queue(strategy)
        let commit = try Commit.fake(1)
        for delivery in 0..<100 {
            Thread.detachNewThread { [answers] in queue.deploy(commit, answer: answers.answer(delivery)) }
        }
        #expect(answers.wait(for: 100))
        queue.waitUntilIdle(until: nil)
        #expect((1...2).contains(strategy.runs.count))
        #expect(answers.byDelivery.count == 100 && answers.count == 100)
    }

    @Test func `a site deploys one thing at a time`() throws {
        let strategy = FakeStrategy { targets, _, _ in
            usleep(1_000)
            return targets.first.map(Outcome.deployed) ?? .interrupted
        }
        let queue = try queue(strategy)
        let commits = try (0..<100).map(Commit.fake)
        for (delivery, commit) in commits.enumerated() {
            Thread.detachNewThread { [answers] in queue.deploy(commit, answer: answers.answer(delivery)) }
            if delivery.isMultiple(of: 10) { usleep(1_000) }
        }
        #expect(answers.wait(for: 100))
        queue.waitUntilIdle(until: nil)
        #expect(!strategy.isOverrun)
        #expect(strategy.runs.reduce(Set()) { $0.union($1) } == Set(commits))
        #expect(answers.byDelivery.count == 100 && answers.count == 100)
    }

    @Test func `what is there already is answered at once, without a run`() throws {
        let strategy = FakeStrategy()
        let queue = try queue(strategy)
        let commit = try Commit.fake(1)
        queue.deploy(commit, answer: answers.answer(0))
        queue.waitUntilIdle(until: nil)
        queue.deploy(commit, answer: answers.answer(1))
        #expect(answers.byDelivery == [0: .deployed(commit), 1: .unchanged(commit)])
        #expect(strategy.runs.count == 1)
    }

    @Test func `different commits that arrive meanwhile share one follow-up`() throws {
        let door = Door()
        let last = try Commit.fake(9)
        let strategy = FakeStrategy { targets, _, run in
            if run == 1 { door.pass() }
            return run == 1 ? .deployed(targets.first ?? last) : .deployed(last)
        }
        let queue = try queue(strategy)
        for number in 0..<10 { queue.deploy(try .fake(number), answer: answers.answer(number)) }
        door.open()
        #expect(answers.wait(for: 10))
        #expect(strategy.runs == [[try .fake(0)], Set(try (1..<10).map(Commit.fake))])
        #expect(answers.byDelivery[0] == .deployed(try .fake(0)))
        #expect((1..<10).allSatisfy { answers.byDelivery[$0] == .deployed(last) })
    }

    @Test func `those whose commit the running one reached finish at once, the others follow`() throws {
        let door = Door()
        let follow = Door()
        let reached = try Commit.fake(2)
        let strategy = FakeStrategy { _, _, run in
            (run == 1 ? door : follow).pass()
            return .deployed(reached)
        }
        let queue = try queue(strategy)
        for number in 1...3 { queue.deploy(try .fake(number), answer: answers.answer(number)) }
        door.open()
        follow.awaitArrival()
        #expect(answers.byDelivery == [1: .deployed(reached), 2: .unchanged(reached)])
        follow.open()
        #expect(answers.wait(for: 3))
        #expect(strategy.runs.last == [try .fake(3)])
    }

    @Test func `a failure is shared, and the next deployment works`() throws {
        let first = Door()
        let failure = Outcome.failed(Failure("no"))
        let strategy = FakeStrategy { targets, _, run in
            if run == 1 { first.pass() }
            return run < 3 ? failure : targets.first.map(Outcome.deployed) ?? .interrupted
        }
        let queue = try queue(strategy)
        for number in 0..<5 { queue.deploy(try .fake(number), answer: answers.answer(number)) }
        first.open()
        #expect(answers.wait(for: 5))
        queue.waitUntilIdle(until: nil)
        #expect(answers.byDelivery == Dictionary(uniqueKeysWithValues: (0..<5).map { ($0, failure) }))
        #expect(strategy.runs.count == 2)
        queue.deploy(try .fake(4), answer: answers.answer(5))
        #expect(answers.wait(for: 6))
        #expect(answers.byDelivery[5] == .deployed(try .fake(4)))
    }

    @Test func `an answer may ask for the next deployment`() throws {
        let strategy = FakeStrategy()
        let queue = try queue(strategy)
        let second = try Commit.fake(2)
        queue.deploy(try .fake(1)) { [answers] outcome in
            answers.answer(1)(outcome)
            queue.deploy(second, answer: answers.answer(2))
        }
        #expect(answers.wait(for: 2))
        #expect(answers.byDelivery[2] == .deployed(second))
    }

    @Test func `a deployment has until its site's time is up`() throws {
        let left = Answers()
        let commit = try Commit.fake(1)
        let strategy = FakeStrategy { _, limits, _ in
            let time = ContinuousClock.now.duration(to: limits.deadline)
            return (.seconds(6)...(.seconds(7))).contains(time) ? .deployed(commit) : .interrupted
        }
        try queue(strategy, timeout: .seconds(7)).deploy(commit, answer: left.answer(0))
        #expect(left.wait(for: 1))
        #expect(left.byDelivery[0] == .deployed(commit))
    }

    @Test func `the observer hears of every run, and how many it served`() throws {
        let door = Door()
        let strategy = FakeStrategy { targets, _, run in
            if run == 1 { door.pass() }
            usleep(10_000)
            return targets.first.map(Outcome.deployed) ?? .interrupted
        }
        let served = Counter()
        let runs = Counter()
        let queue = try queue(strategy) { site, outcome, deliveries, time in
            guard site.name == "blog", outcome.commit != nil, time >= .milliseconds(10) else { return }
            served.add(deliveries)
            runs.add(1)
        }
        queue.deploy(try .fake(0), answer: answers.answer(0))
        for number in 1..<5 { queue.deploy(try .fake(9), answer: answers.answer(number)) }
        door.open()
        #expect(answers.wait(for: 5))
        #expect(runs.value == 2 && served.value == 5)
    }
}
