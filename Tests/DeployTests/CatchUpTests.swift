import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) final class `catch-up`: CatchUpStage {
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

    @Test func `has a push skipped once, and finds the next push`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let skipped = try blog.push(["other.html": "two\n"])
        let catchUp = catchUp()
        defer { finish(catchUp) }
        let filter = DeploymentFilter(paths: ["index.html"])
        catchUp.follow([
            Site(name: "blog", path: blog.site, timeout: .seconds(20), catchUp: interval, filter: filter)
        ])
        #expect(
            try Observation.eventually {
                try home.ledger.deployments(of: "blog", limit: 1).first?.state == .skipped
            })
        usleep(300_000)
        let wanted = try blog.push(["index.html": "two\n"])
        #expect(try isDeployed(wanted))
        #expect(events.all == [skipped, wanted].map { "blog missed refs/heads/main \($0)" })
        let rows = try home.ledger.deployments(of: "blog", limit: 9)
        #expect(rows.map(\.state) == [.deployed, .skipped])
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
        #expect(
            events.all.first?.hasPrefix(
                "blog in 0.05 seconds: the remote has no such repository, or does not show it to this key: fatal: ")
                == true)
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
                "blog in 0.05 seconds: the remote is an empty repository, without the branch main",
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

    @Test func `leaves the failure of a step in the ledger`() throws {
        let looks = Looks()
        let strategy = FakeStrategy(live: try .fake(7), missed: { _ in looks.look { nil } })
        try home.ledger.deploy(1, result: .failed(Failure("after failed")))
        let catchUp = catchUp()
        defer { finish(catchUp) }
        var steps = SiteSteps()
        steps.after = SiteSteps.Step("false", timeout: .seconds(1))
        catchUp.follow([try .fake(strategy, catchUp: .milliseconds(20), steps: steps)])
        #expect(Observation.eventually { looks.count >= 6 })
        #expect(events.all.isEmpty)
        #expect(try home.ledger.deployments(of: "blog", limit: 9).map(\.state) == [.failed])
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
}
