import TestSupport
import Foundation
import Git
import Synchronization
import Testing

@testable import Deploy

@Suite(.onPlainThreads) final class `catch-up of several sites`: CatchUpStage {
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
