import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

/// Several processes share a ledger and the sites, and any process may end at any time.
@Suite(.onPlainThreads) struct `a dispatcher beside other processes` {
    private let home: TemporaryLedger
    private let blog: Blog
    private let answers = Answers()

    init() throws {
        home = try TemporaryLedger()
        blog = try Blog()
    }

    private func site(timeout: Duration = .seconds(20)) -> Site {
        Site(name: "blog", path: blog.site, timeout: timeout)
    }

    /// The states of the site's deployments, newest first.
    private var states: [DeploymentRecord.State] {
        get throws { try home.ledger.deployments(of: "blog", limit: 9).map(\.state) }
    }

    /// Locks the site like another process while `body` runs.
    private func holdingSite(_ body: () throws -> Void) throws {
        let lock = "\(blog.site)/.git/bellpull.lock"
        let holder = Running {
            try Shell.run("flock \(lock) sh -c 'touch \(lock).held; while test -e \(lock).held; do sleep 0.02; done'")
        }
        #expect(Observation.eventually { blog.exists("\(lock).held") })
        defer {
            try? FileManager.default.removeItem(atPath: "\(lock).held")
            #expect(holder.isSuccess())
        }
        try body()
    }

    @Test func `waits for another process that holds the site, then deploys`() throws {
        defer { blog.remove() }
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
        let commit = try blog.push(["index.html": "two\n"])
        try holdingSite {
            dispatcher.deploy(site(), to: commit, answer: answers.answer(1))
            #expect(try Observation.eventually { try states == [.queued] })
            usleep(200_000)
            #expect(answers.count == 0)
            let later = try states
            #expect(later == [.queued])
        }
        #expect(answers.wait(for: 1))
        #expect(answers.byDelivery[1] == .deployed(commit))
    }

    @Test func `reports a process that does not unlock the site, and deploys a redelivery later`() throws {
        defer { blog.remove() }
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
        let commit = try blog.push(["index.html": "two\n"])
        try holdingSite {
            let hurried = site(timeout: .milliseconds(1500))
            dispatcher.receive(.fake(1), for: [(hurried, .main(commit))], answer: answers.answer(1))
            #expect(answers.wait(for: 1))
            let words = "another bellpull is deploying in \(blog.site)/.git and did not finish in time"
            #expect(answers.byDelivery[1]?.failure?.message == words)
        }
        dispatcher.receive(.fake(1), for: [(site(), .main(commit))], answer: answers.answer(2))
        #expect(answers.wait(for: 2))
        #expect(answers.byDelivery[2] == .deployed(commit))
    }

    @Test func `leaves a deployment that waits for the lock to the next start when it is stopped`() throws {
        defer { blog.remove() }
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
        let commit = try blog.push(["index.html": "two\n"])
        try holdingSite {
            dispatcher.deploy(site(), to: commit, answer: answers.answer(1))
            #expect(Observation.eventually { dispatcher.isActive("blog") })
            usleep(100_000)
            dispatcher.drain(within: .milliseconds(100))
            #expect(answers.byDelivery == [1: .queued])
        }
        #expect(try states == [.queued])
        let next = Dispatcher(ledger: home.reopened(), limit: 4)
        try next.resume([site()])
        next.waitUntilIdle()
        #expect(try blog.text("site/index.html") == "two\n")
    }

    @Test func `reports a deployment that another process ran`() throws {
        defer { blog.remove() }
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
        let commit = try blog.push(["index.html": "two\n"])
        try holdingSite {
            dispatcher.deploy(site(), to: commit, answer: answers.answer(1))
            let isRecorded = try Observation.eventually { try !states.isEmpty }
            #expect(isRecorded)
            try home.reopened().write { ledger in
                let started = try #require(try ledger.start("blog", at: Date()))
                try ledger.finish(started.id, DeploymentRecord.Conclusion(.deployed(commit)), at: Date())
            }
        }
        #expect(answers.wait(for: 1))
        #expect(answers.byDelivery[1] == .deployed(commit))
        #expect(try blog.text("site/index.html") == "one\n")
    }

    @Test func `resumes the deployments of a process that is gone`() throws {
        defer { blog.remove() }
        let commit = try blog.push(["index.html": "two\n"])
        for name in ["queued", "running", "over", "elsewhere"] {
            let site = DeliveryTarget(name: name, target: .main(commit))
            _ = try home.ledger.write { try $0.record(.fake(name.count), for: [site]) }
        }
        try home.ledger.write { ledger in
            _ = try ledger.start("running", at: Date())
            let started = try #require(try ledger.start("over", at: Date()))
            try ledger.finish(started.id, DeploymentRecord.Conclusion(.failed(Failure("no"))), at: Date())
        }
        let finished = Counter()
        let dispatcher = Dispatcher(ledger: home.reopened(), limit: 4) { event in
            if case .finished(_, let deployment) = event { finished.add(deployment.started.deliveries) }
        }
        let strategies = ["queued", "running", "over"].map { ($0, FakeStrategy()) }
        try dispatcher.resume(strategies.map { try Site.fake($1, name: $0) })
        dispatcher.waitUntilIdle()
        #expect(strategies.map(\.1.announced) == [[[commit]], [[commit]], []])
        #expect(finished.value == 2)
        #expect(try home.ledger.deployments(of: "running", limit: 9).map(\.state) == [.deployed, .interrupted])
        #expect(try home.ledger.deployments(of: "queued", limit: 9).map(\.state) == [.deployed])
        #expect(try home.ledger.unfinishedSites() == ["elsewhere"])
    }

    @Test func `resumes no deployment twice`() throws {
        defer { blog.remove() }
        let door = Door()
        let strategy = FakeStrategy { announced, _, _ in
            door.pass()
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let site = try Site.fake(strategy)
        let dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
        dispatcher.deploy(site, to: try .fake(1), answer: answers.answer(1))
        door.awaitArrival()
        for _ in 0..<10 { try dispatcher.resume([site]) }
        #expect(dispatcher.isActive("blog") && !dispatcher.isActive("shop"))
        door.open()
        dispatcher.waitUntilIdle()
        #expect(strategy.runs.count == 1 && !dispatcher.isActive("blog"))
        #expect(try home.ledger.deployments(of: "blog", limit: 9).count == 1)
    }
}
