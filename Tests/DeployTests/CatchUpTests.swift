import TestSupport
import Foundation
import Git
import Synchronization
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `catch-up` {
    private let home: TemporaryLedger
    private let timers = TimerQueue()
    private let dispatcher: Dispatcher
    private let events = CatchUpEvents()

    /// Short enough for a test to wait for several intervals.
    private let interval = Duration.milliseconds(50)

    init() throws {
        home = try TemporaryLedger()
        dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
    }

    private func catchUp(firstRetry: Duration = .seconds(60)) -> CatchUp {
        CatchUp(dispatcher: dispatcher, timers: timers, firstRetry: firstRetry) { [events] in events.note($0) }
    }

    private func finish(_ catchUp: CatchUp) {
        catchUp.stop()
        dispatcher.drain(within: .seconds(5))
        timers.stop()
    }

    private func site(_ blog: Blog) -> Site {
        Site(name: "blog", path: blog.site, timeout: .seconds(20), catchUp: interval)
    }

    private func isDeployed(_ commit: Commit) throws -> Bool {
        try Observation.eventually {
            try home.ledger.deployments(of: "blog", limit: 1).first?.commit == commit
        }
    }

    @Test func `finds a missed push, at the start and later, and has it deployed`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let first = try blog.push(["index.html": "two\n"])
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([site(blog)])
        #expect(try isDeployed(first))
        #expect(try blog.text("site/index.html") == "two\n")
        let second = try blog.push(["index.html": "three\n"])
        #expect(try isDeployed(second))
        #expect(events.all == [first, second].map { "blog missed refs/heads/main \($0)" })
        let deployments = try home.ledger.deployments(of: "blog", limit: 9)
        #expect(deployments.map(\.state) == [.deployed, .deployed])
        #expect(deployments.allSatisfy { $0.cause == .catchUp && $0.deliveries == 0 })
        #expect(deployments.map(\.target) == [.main(second), .main(first)])
    }

    @Test func `finds nothing if the site has commits on top of the remote's`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.commit(["local.html": "mine\n"], in: blog.site)
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([site(blog)])
        usleep(300_000)
        #expect(events.all.isEmpty)
        #expect(try home.ledger.deployments(of: "blog", limit: 1).isEmpty)
        let commit = try blog.push(["index.html": "two\n"])
        #expect(
            try Observation.eventually {
                try blog.git("rev-parse", "HEAD~", in: blog.site) == commit.description
            })
        usleep(300_000)
        #expect(events.all == ["blog missed refs/heads/main \(commit)"])
    }

    @Test func `finds a branch that was set back`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let first = try blog.head(of: blog.author)
        try blog.push(["index.html": "two\n"])
        try blog.git("pull", "--quiet", in: blog.site)
        try blog.git("push", "--quiet", "--force", "origin", "HEAD~:main", in: blog.author)
        let site = site(blog)
        #expect(try site.strategy.missedPush(.within(.seconds(20))) == .main(first))
        try blog.git("reset", "--quiet", "--hard", "HEAD~", in: blog.author)
        let commit = try blog.push(["index.html": "other\n"])
        #expect(try site.strategy.missedPush(.within(.seconds(20))) == .main(commit) && first != commit)
    }

    @Test func `reports an unreachable remote once, and a reachable remote once`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let away = "\(blog.folder)/away.git"
        try FileManager.default.moveItem(atPath: blog.remote, toPath: away)
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([site(blog)])
        #expect(Observation.eventually { events.all.count == 1 })
        #expect(events.all.first?.hasPrefix("blog in 0.05 seconds: the remote cannot be reached: fatal: ") == true)
        usleep(500_000)
        #expect(events.all.count == 1)
        try FileManager.default.moveItem(atPath: away, toPath: blog.remote)
        #expect(Observation.eventually { events.all.count == 2 })
        #expect(events.all.last == "blog reachable")
    }

    @Test func `reports the reason if the branch or the clone is gone`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.git("update-ref", "-d", "refs/heads/main", in: blog.remote)
        let catchUp = catchUp()
        defer { finish(catchUp) }
        let gone = Site(name: "gone", path: "\(blog.folder)/gone", timeout: .seconds(20), catchUp: interval)
        catchUp.follow([site(blog), gone])
        #expect(Observation.eventually { events.all.count == 2 })
        #expect(
            Set(events.all) == [
                "blog in 0.05 seconds: branch main does not exist at the remote",
                "gone in 0.05 seconds: \(blog.folder)/gone does not exist",
            ])
    }

    @Test func `asks an unreachable remote less and less often`() throws {
        let looks = Looks()
        let strategy = FakeStrategy(missed: { _ throws(Failure) in
            looks.look {}
            throw Failure("no")
        })
        let catchUp = catchUp(firstRetry: .milliseconds(20))
        defer { finish(catchUp) }
        catchUp.follow([try .fake(strategy, catchUp: .seconds(900))])
        #expect(Observation.eventually { looks.count >= 6 })
        let times = looks.times
        for index in 1..<6 { #expect(times[index - 1].duration(to: times[index]) >= .milliseconds(9 << index)) }
        #expect(events.all == ["blog in 0.02 seconds: no"])
    }

    @Test func `retries a failing deployment less and less often, and does not blame the remote`() throws {
        let looks = Looks()
        let target = DeploymentRecord.Target.main(try .fake(1))
        let strategy = FakeStrategy { _, _, run in
            run < 4 ? .failed(Failure("no")) : .deployed(target.commit)
        } missed: { _ in
            looks.look { target }
        }
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([try .fake(strategy, catchUp: .milliseconds(20))])
        #expect(Observation.eventually { strategy.liveCommit != nil })
        let times = looks.times
        for index in 1..<4 { #expect(times[index - 1].duration(to: times[index]) >= .milliseconds(18 << index)) }
        #expect(Set(events.all) == ["blog missed refs/heads/main \(target.commit)"])
    }

    @Test func `records once that a site is up to date after a failure`() throws {
        let commit = try Commit.fake(7)
        let looks = Looks()
        let strategy = FakeStrategy(live: commit, missed: { _ in looks.look { nil } })
        try home.ledger.deploy(1, result: .failed(Failure("no")))
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([try .fake(strategy, catchUp: .milliseconds(20))])
        #expect(Observation.eventually { looks.count >= 6 })
        #expect(events.all == ["blog recovered refs/heads/main \(commit)"])
        let rows = try home.ledger.deployments(of: "blog", limit: 9)
        #expect(rows.map(\.state) == [.unchanged, .failed])
        #expect(rows.first?.commit == commit && rows.first?.cause == .catchUp)
    }

    @Test func `keeps the times of its sites over a reload`() throws {
        let looks = (0..<3).map { _ in Looks() }
        let sites = try looks.enumerated().map { index, looks in
            try Site.fake(
                FakeStrategy(missed: { _ in looks.look { nil } }), name: "\(index)", catchUp: .milliseconds(600))
        }
        let catchUp = catchUp()
        defer { finish(catchUp) }
        // The last of the sites is due after all the reloads.
        for _ in 0..<30 {
            catchUp.follow(sites)
            usleep(10_000)
        }
        #expect(looks.map(\.count) == [1, 1, 1])
    }

    @Test func `does not ask for a site that is being deployed`() throws {
        let door = Door()
        let looks = Looks()
        let strategy = FakeStrategy { announced, _, _ in
            door.pass()
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        } missed: { _ in
            looks.look { nil }
        }
        let site = try Site.fake(strategy, catchUp: .milliseconds(10))
        dispatcher.deploy(site, to: try .fake(1)) { _ in }
        door.awaitArrival()
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([site])
        usleep(100_000)
        #expect(looks.count == 0)
        door.open()
        #expect(Observation.eventually { looks.count > 0 })
    }

    @Test func `asks at most eight remotes at once, and asks all of them`() throws {
        let looks = Looks()
        let names = Mutex<Set<String>>([])
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow(
            try (0..<40).map { number in
                let strategy = FakeStrategy(missed: { _ in
                    names.withLock { _ = $0.insert("\(number)") }
                    return looks.look {
                        usleep(20_000)
                        return nil
                    }
                })
                return try .fake(strategy, name: "\(number)", catchUp: .milliseconds(40))
            })
        #expect(Observation.eventually { names.withLock { $0.count } == 40 })
        #expect((2...8).contains(looks.most))
    }

    @Test func `asks many remotes one after the other at the start`() throws {
        let looks = Looks()
        let strategy = FakeStrategy(missed: { _ in looks.look { nil } })
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow(try (0..<4).map { try .fake(strategy, name: "\($0)", catchUp: .seconds(900)) })
        #expect(Observation.eventually { looks.count == 4 })
        let times = looks.times
        #expect(times[0].duration(to: times[3]) >= .milliseconds(200))
    }

    @Test func `follows only the latest list of sites, and skips sites without catch-up`() throws {
        let looks = (0..<3).map { _ in Looks() }
        let sites = try looks.enumerated().map { index, looks in
            try Site.fake(
                FakeStrategy(missed: { _ in looks.look { nil } }), name: "\(index)",
                catchUp: index == 2 ? nil : .milliseconds(20))
        }
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([sites[0], sites[2]])
        #expect(Observation.eventually { looks[0].count > 2 })
        catchUp.follow([sites[1], sites[2]])
        #expect(Observation.eventually { looks[1].count > 2 })
        let count = looks[0].count
        #expect(Observation.eventually { looks[1].count > 8 })
        #expect(looks[0].count == count && looks[2].count == 0)
    }

    @Test func `drops its findings at a site that is no longer followed`() throws {
        let door = Door()
        let target = DeploymentRecord.Target.main(try .fake(1))
        let strategy = FakeStrategy(missed: { _ in
            door.pass()
            return target
        })
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([try .fake(strategy, catchUp: interval)])
        door.awaitArrival()
        catchUp.follow([])
        door.open()
        usleep(100_000)
        #expect(events.all.isEmpty && strategy.runs.isEmpty)
    }

    @Test func `asks no remote after it was stopped, and cancels running questions`() throws {
        let looks = Looks()
        let blog = try Blog()
        defer { blog.remove() }
        let pid = "\(blog.folder)/pid"
        try blog.git("config", "core.sshCommand", "sleep 60 & echo $! > \(pid); wait; #", in: blog.site)
        try blog.git("remote", "set-url", "origin", "ssh://git@example.invalid/alice/blog.git", in: blog.site)
        let catchUp = catchUp()
        let other = FakeStrategy(missed: { _ in looks.look { nil } })
        catchUp.follow([site(blog), try .fake(other, name: "other", catchUp: .milliseconds(10))])
        let process = try Observation.process(in: pid)
        #expect(Observation.eventually { looks.count > 0 })
        catchUp.stop()
        #expect(Observation.eventually { !Observation.isRunning(process) })
        usleep(50_000)
        let count = looks.count
        usleep(100_000)
        #expect(looks.count == count && events.all.isEmpty)
        finish(catchUp)
    }

    @Test func `does not report again and again that a remote can be reached`() throws {
        let looks = Looks()
        let strategy = FakeStrategy(missed: { _ throws(Failure) in
            looks.look {}
            if looks.count == 1 { throw Failure("no") }
            return nil
        })
        let catchUp = catchUp()
        defer { finish(catchUp) }
        catchUp.follow([try .fake(strategy, catchUp: interval)])
        #expect(Observation.eventually { looks.count >= 5 })
        #expect(events.all == ["blog in 0.05 seconds: no", "blog reachable"])
    }
}
