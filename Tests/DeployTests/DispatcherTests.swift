import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `dispatcher` {
    private let answers = Answers()
    private let clock = ContinuousClock()

    /// A strategy that deploys until it is cancelled, as a command that hangs does.
    private static func hanging(_ begun: Door) -> FakeStrategy {
        FakeStrategy { _, limits, _ in
            begun.open()
            while !limits.cancellation.isCancelled, limits.deadline > .now { usleep(1_000) }
            return .interrupted
        }
    }

    private static func waiting(at door: Door) -> FakeStrategy {
        FakeStrategy { _, _, _ in
            door.pass()
            return .interrupted
        }
    }

    @Test func `a site that hangs holds no other up`() throws {
        let door = Door()
        let slow = try Site.fake(Self.waiting(at: door), name: "slow")
        let quick = try Site.fake(FakeStrategy(), name: "quick")
        let dispatcher = Dispatcher(sites: [slow, quick])
        dispatcher.deploy(slow, to: try .fake(1), answer: answers.answer(1))
        door.awaitArrival()
        dispatcher.deploy(quick, to: try .fake(2), answer: answers.answer(2))
        #expect(answers.wait(for: 1))
        #expect(answers.byDelivery == [2: .deployed(try .fake(2))])
        door.open()
        dispatcher.waitUntilIdle()
        #expect(answers.count == 2)
    }

    @Test func `draining finishes what runs and what waits`() throws {
        let strategy = FakeStrategy { targets, _, _ in
            usleep(50_000)
            return targets.first.map(Outcome.deployed) ?? .interrupted
        }
        let site = try Site.fake(strategy)
        let dispatcher = Dispatcher(sites: [site])
        for number in 0..<4 { dispatcher.deploy(site, to: try .fake(number), answer: answers.answer(number)) }
        dispatcher.drain(within: .seconds(10))
        #expect(answers.count == 4)
        #expect(answers.byDelivery.values.allSatisfy { $0.commit != nil })
    }

    @Test func `draining takes no time when nothing runs`() throws {
        let dispatcher = Dispatcher(sites: [try .fake(FakeStrategy())])
        #expect(clock.measure { dispatcher.drain(within: .seconds(10)) } < .seconds(1))
    }

    @Test func `draining ends what runs when its time is up, and answers everybody`() throws {
        let begun = Door()
        let site = try Site.fake(Self.hanging(begun))
        let dispatcher = Dispatcher(sites: [site])
        for number in 0..<10 { dispatcher.deploy(site, to: try .fake(number), answer: answers.answer(number)) }
        begun.pass()
        let time = clock.measure { dispatcher.drain(within: .milliseconds(200)) }
        #expect((.milliseconds(200)..<(.seconds(2))).contains(time))
        #expect(answers.count == 10)
        #expect((0..<10).allSatisfy { answers.byDelivery[$0] == .interrupted })
    }

    @Test func `what is asked for after the drain is answered too`() throws {
        let begun = Door()
        let site = try Site.fake(Self.hanging(begun))
        let dispatcher = Dispatcher(sites: [site])
        dispatcher.drain(within: .zero)
        dispatcher.deploy(site, to: try .fake(1), answer: answers.answer(1))
        #expect(answers.wait(for: 1))
        #expect(answers.byDelivery[1] == .interrupted)
    }

    @Test func `draining gives all sites the same time, not one after the other`() throws {
        let stuck = Door()
        defer { stuck.open() }
        let sites = try (0..<4).map { try Site.fake(Self.waiting(at: stuck), name: "\($0)") }
        let dispatcher = Dispatcher(sites: sites)
        for site in sites { dispatcher.deploy(site, to: try .fake(1), answer: answers.answer(1)) }
        let time = clock.measure { dispatcher.drain(within: .milliseconds(100), grace: .milliseconds(400)) }
        #expect(time < .milliseconds(1300))
    }

    @Test func `a hundred deliveries of one push make two pulls at most`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let runs = Counter()
        let site = Site(name: "blog", clone: try blog.open(), timeout: .seconds(20))
        let dispatcher = Dispatcher(sites: [site]) { _, outcome, _, _ in
            runs.add(outcome.failure == nil ? 1 : 100)
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

    @Test func `a thousand deployments leave nothing behind`() throws {
        let site = try Site.fake(FakeStrategy())
        let dispatcher = Dispatcher(sites: [site])
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
        // What runs beside this test has a few; a thread, or its stack, left by each would be a thousand.
        #expect(try Observation.eventually { try Observation.status("Threads") < threads + 100 })
        #expect(try Observation.status("VmRSS") < memory + 32 << 10)
    }
}

/// Something that an answer holds on to.
private final class Delivery: Sendable {
    private let released: Counter

    init(_ released: Counter) { self.released = released }

    deinit { released.add(1) }

    func seen() {}
}
