import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `a rollback` {
    private let home: TemporaryLedger

    init() throws { home = try TemporaryLedger() }

    private func site(_ stage: ReleaseStage, keep: Int = 5, trigger: RestartTrigger? = nil) throws -> Site {
        Site(
            name: "blog", repository: RepositoryName("alice/blog"), follows: stage.strategy.pattern,
            timeout: .seconds(30), trigger: trigger, strategy: stage.other(keep: keep))
    }

    private func roll(
        _ site: Site, to target: Site.RollbackTarget = .previous, reason: String? = nil
    ) throws -> (pin: Pin, record: DeploymentRecord) {
        try site.rollBack(
            to: target, by: "alice", reason: reason, ledger: home.ledger, Cancellation(), Transcript())
    }

    private func deploy(_ site: Site) throws -> DeploymentResult? {
        try site.deployNow(ledger: home.ledger, Cancellation(), Transcript()).result
    }

    private func unpin(_ site: Site) throws -> DeploymentResult? {
        try site.unpin(ledger: home.ledger, Cancellation(), Transcript())?.record.result
    }

    // MARK: Releases

    @Test func `goes back, further back, and forward again`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage)
        var commits: [Commit] = [try stage.blog.head(of: stage.blog.author)]
        #expect(try deploy(site) == .deployed(commits[0]))
        for number in 1...2 {
            commits.append(try stage.blog.push(["index.html": "\(number)\n"]))
            #expect(try deploy(site) == .deployed(commits[number]))
        }
        let names = stage.strategy.releases.map(\.name)
        let (pin, record) = try roll(site, reason: "broken footer")
        #expect(record.result == .deployed(commits[1]) && record.cause == .command)
        #expect(record.order == .place(at: commits[1]) && record.note == "rolled back by alice: broken footer")
        #expect(pin.description == "pinned at \(commits[1].short) by alice: broken footer")
        #expect(stage.live("index.html") == "1\n" && site.pin == pin && site.liveRelease == names[1])
        #expect(try roll(site).record.result == .deployed(commits[0]))
        #expect(stage.live("index.html") == "one\n")
        let error = #expect(throws: Failure.self) { try roll(site) }
        #expect(error?.message == "blog has no earlier release that was live")
        #expect(site.pin?.commit == commits[0], "the pin stays")
        #expect(try roll(site, to: .named(names[0])).record.result == .deployed(commits[2]))
        #expect(
            try roll(site, to: .named(String(commits[1].description.prefix(7)))).record.result == .deployed(commits[1]))
        #expect(site.liveRelease == names[1])
        #expect(throws: Failure("the repository has no commit nosuch", hint: "bellpull releases lists the releases")) {
            try roll(site, to: .named("nosuch"))
        }
        #expect(try unpin(site) == .deployed(commits[2]))
        #expect(site.pin == nil && stage.live("index.html") == "2\n")
        #expect(try unpin(site) == nil)
    }

    @Test func `holds up later pushes, which are laid out, until the site is unpinned`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage)
        let good = try stage.blog.head(of: stage.blog.author)
        _ = try deploy(site)
        let bad = try stage.blog.push(["index.html": "bad\n"])
        _ = try deploy(site)
        _ = try roll(site)
        let fixed = try stage.blog.push(["index.html": "fixed\n"])
        for _ in 0..<2 {
            let reason = try #require(try deploy(site)?.remark)
            #expect(
                reason == "pinned at \(good.short) by alice; \(fixed.short) is laid out and waits for bellpull unpin")
        }
        #expect(stage.live("index.html") == "one\n" && site.liveCommit == good)
        #expect(stage.folders.count == 3, "laid out once")
        #expect(try site.inspect(stage.limits).missed == nil)
        #expect(try site.inspect(stage.limits).pin == site.pin)
        #expect(try unpin(site) == .deployed(fixed))
        #expect(stage.live("index.html") == "fixed\n" && stage.folders.count == 3)
        // Not to the bad one, which was taken back.
        #expect(try roll(site).record.result == .deployed(good))
        #expect(try roll(site, to: .named(bad.description)).record.result == .deployed(bad))
    }

    @Test func `goes to a commit whose release was removed`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage, keep: 2)
        let first = try stage.blog.head(of: stage.blog.author)
        _ = try deploy(site)
        for number in 1...3 {
            try stage.blog.push(["index.html": "\(number)\n"])
            _ = try deploy(site)
        }
        #expect(!stage.strategy.releases.contains { $0.commit == first })
        #expect(try roll(site, to: .named(first.description)).record.result == .deployed(first))
        #expect(stage.live("index.html") == "one\n")
    }

    @Test func `keeps the pinned and the live release`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage, keep: 2)
        let first = try stage.blog.head(of: stage.blog.author)
        _ = try deploy(site)
        try stage.blog.push(["index.html": "bad\n"])
        _ = try deploy(site)
        _ = try roll(site)
        for number in 1...3 {
            try stage.blog.push(["index.html": "\(number)\n"])
            _ = try deploy(site)
        }
        #expect(site.liveCommit == first && stage.live("index.html") == "one\n")
        #expect(stage.strategy.releases.count == 3, "two, and the live one")
        #expect(try unpin(site)?.commit == stage.blog.head(of: stage.blog.author))
        #expect(stage.strategy.releases.count == 3, "two, and the one before")
    }

    @Test func `needs no git`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage)
        let good = try stage.blog.head(of: stage.blog.author)
        _ = try deploy(site)
        try stage.blog.push(["index.html": "bad\n"])
        _ = try deploy(site)
        try stage.shell("rm -r repository.git")
        #expect(try roll(site).record.result == .deployed(good))
        #expect(stage.live("index.html") == "one\n")
        #expect(!stage.names.contains("repository.git"))
    }

    /// The process was killed after the swap, and before it noted the time.
    @Test func `goes to a release that nobody noted as live`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage)
        _ = try deploy(site)
        let second = try stage.blog.push(["index.html": "two\n"])
        _ = try deploy(site)
        let record = "releases/.*-\(second.description.prefix(7)).json"
        try stage.shell(#"sed -i 's/"went_live":\[[0-9]*\]/"went_live":[]/'"# + " \(record)")
        #expect(stage.strategy.releases.first?.wentLive == [])
        try stage.blog.push(["index.html": "three\n"])
        _ = try deploy(site)
        #expect(try roll(site).record.result == .deployed(second))
    }

    @Test func `outlives the ledger, and a damaged pin holds`() throws {
        let stage = try ReleaseStage()
        _ = try deploy(site(stage))
        try stage.blog.push(["index.html": "bad\n"])
        _ = try deploy(site(stage))
        _ = try roll(site(stage))
        let fresh = try TemporaryLedger()
        try stage.blog.push(["index.html": "next\n"])
        func deployWithFreshLedger() throws -> DeploymentResult? {
            try site(stage).deployNow(ledger: fresh.ledger, Cancellation(), Transcript()).result
        }
        guard case .pinned? = try deployWithFreshLedger() else { throw Trouble("not pinned") }
        for damage in ["", "{", "\0\0\0\0"] {
            try stage.blog.write(damage, to: "\(stage.path)/pinned")
            #expect(try deployWithFreshLedger()?.remark?.hasPrefix("pinned by an unreadable file") == true)
        }
        #expect(stage.live("index.html") == "one\n")
    }

    /// The deployment finds the pin, which the rollback writes before it waits for the lock.
    @Test func `during a deployment wins`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage)
        let first = try stage.blog.head(of: stage.blog.author)
        _ = try deploy(site)
        let second = try stage.blog.push(["index.html": "two\n"])
        _ = try deploy(site)
        let third = try stage.blog.push(["index.html": "three\n"])
        let locked = try stage.strategy.lock(stage.limits)
        let rolling = Running {
            guard try roll(site).record.result == .deployed(first) else { throw Trouble("not rolled back") }
        }
        while site.pin == nil { usleep(1000) }
        let result = locked.deploy(.follow, announced: [.main(third)], stage.limits, Transcript()).result
        locked.release()
        #expect(result.remark?.contains("\(third.short) is laid out") == true)
        #expect(rolling.isSuccess())
        #expect(stage.live("index.html") == "one\n" && site.liveCommit != second)
    }

    @Test func `twice at once ends with one pin and its release live`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage)
        _ = try deploy(site)
        for number in 1...3 {
            try stage.blog.push(["index.html": "\(number)\n"])
            _ = try deploy(site)
        }
        let names = stage.strategy.releases.map(\.name)
        let others = [1, 2].map { index in Running { try roll(site, to: .named(names[index])) } }
        #expect(others.allSatisfy { $0.isSuccess() })
        #expect(site.liveRelease == site.pin?.release)
    }

    // MARK: Pulls and mirrors

    @Test(arguments: [Site.StrategyKind.pull, .mirror])
    func `of a clone goes to the commit before, and loses nothing`(_ kind: Site.StrategyKind) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = Site(
            name: "blog", path: blog.site, strategy: kind, repository: RepositoryName("alice/blog"),
            follows: RefPattern(branch: "main"), timeout: .seconds(20))
        try blog.push(["index.html": "two\n"])
        _ = try deploy(site)
        let good = try blog.head(of: blog.author)
        let bad = try blog.push(["index.html": "bad\n"])
        _ = try deploy(site)
        try blog.write("mine\n", to: "site/upload")
        #expect(try roll(site, reason: "oh").record.result == .deployed(good))
        #expect(try blog.text("site/index.html") == "two\n" && blog.text("site/upload") == "mine\n")
        let fixed = try blog.push(["index.html": "fixed\n"])
        #expect(try deploy(site) == .pinned("pinned at \(good.short) by alice: oh"))
        #expect(try site.inspect(.within(.seconds(20))).missed == nil)
        #expect(try site.strategy.missedPush(.within(.seconds(20))) == nil)
        #expect(site.liveCommit == good)
        #expect(try unpin(site) == .deployed(fixed))
        #expect(try roll(site, to: .named(String(bad.description.prefix(8)))).record.result == .deployed(bad))
        // A local change is not lost.
        try blog.write("edited\n", to: "site/index.html")
        let pin = site.pin
        #expect(try roll(site).record.failure != nil)
        #expect(try blog.text("site/index.html") == "edited\n" && site.pin == pin)
    }

    @Test func `of a clone goes further back, and never to what was taken back`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        var commits: [Commit] = []
        for number in 1...3 {
            commits.append(try blog.push(["index.html": "\(number)\n"]))
            #expect(try deploy(site) == .deployed(commits[number - 1]))
        }
        #expect(try roll(site).record.result == .deployed(commits[1]))
        #expect(try roll(site).record.result == .deployed(commits[0]))
        #expect(throws: Failure.self) { try roll(site) }
    }

    @Test func `leaves no pin if the ledger fails`() throws {
        let stage = try ReleaseStage()
        let site = try site(stage)
        _ = try deploy(site)
        try stage.blog.push(["index.html": "bad\n"])
        _ = try deploy(site)
        let ledger = WatchedLedger(home.ledger)
        ledger.fail(LedgerError("the disk is full"))
        #expect(throws: LedgerError.self) {
            try site.rollBack(
                to: .previous, by: "alice", reason: nil, ledger: ledger, Cancellation(), Transcript())
        }
        #expect(site.pin == nil && stage.live("index.html") == "bad\n")
    }

    @Test func `stays in force when a pulled site gets releases`() throws {
        let stage = try ReleaseStage(at: "site")
        let blog = stage.blog
        let pulled = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        try blog.push(["index.html": "two\n"])
        _ = try deploy(pulled)
        try blog.push(["index.html": "bad\n"])
        _ = try deploy(pulled)
        let pin = try roll(pulled).pin
        let site = Site(
            name: "blog", repository: RepositoryName("alice/blog"), follows: stage.strategy.pattern,
            timeout: .seconds(30), strategy: stage.strategy)
        #expect(site.pin == pin)
        guard case .pinned? = try deploy(site) else { throw Trouble("not pinned") }
        #expect(site.pin == pin && site.liveCommit == nil)
        #expect(try unpin(site)?.commit == blog.head(of: blog.author))
    }

    @Test func `needs an earlier commit`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        let error = #expect(throws: Failure.self) { try roll(site) }
        #expect(error?.message == "the history of blog has no earlier commit")
        #expect(site.pin == nil)
    }

    // MARK: The application

    @Test func `pulls the trigger of the application, as every deployment that changes the site`() throws {
        let stage = try ReleaseStage()
        let (trigger, request) = ("\(stage.blog.folder)/live/blog", "\(stage.blog.folder)/restart/blog")
        let site = try site(stage, trigger: RestartTrigger(in: stage.blog.folder, of: "blog"))
        let first = try stage.blog.head(of: stage.blog.author)
        _ = try deploy(site)
        #expect(try stage.blog.text(trigger) == "\(first)\n")
        func takeRequest() -> Bool { unlink(request) == 0 }
        #expect(takeRequest())
        #expect(try deploy(site) == .unchanged(first))
        #expect(!takeRequest())
        let second = try stage.blog.push(["index.html": "two\n"])
        _ = try deploy(site)
        #expect(try stage.blog.text(trigger) == "\(second)\n")
        _ = try roll(site)
        #expect(try stage.blog.text(trigger) == "\(first)\n")
        #expect(takeRequest())
        // The process was killed after the swap.
        try stage.blog.write("\(second)\n", to: trigger)
        _ = try roll(site, to: .named(first.description))
        #expect(try stage.blog.text(trigger) == "\(first)\n")
    }
}
