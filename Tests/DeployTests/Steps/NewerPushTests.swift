import Foundation
import Git
import Processes
import Synchronization
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `a newer push` {
    private func site(_ stage: StepStage, _ onNewer: SiteSteps.OnNewer) throws -> Site {
        try stage.site { steps in
            steps.build = .run("echo $BELLPULL_COMMIT >>$HOME/builds; sleep 1.5")
            steps.onNewer = onNewer
        }
    }

    private func outcomes(_ stage: StepStage, _ site: Site, pushes: Int) throws -> [DeliveryOutcome] {
        let outcomes = Mutex<[DeliveryOutcome]>([])
        let dispatcher = Dispatcher(ledger: stage.home.ledger, limit: 2)
        for number in 1...pushes {
            let commit = try stage.blog.push(["index.html": "\(number)\n"])
            dispatcher.deploy(site, to: commit) { outcome in outcomes.withLock { $0.append(outcome) } }
            let builds = "\(stage.stage.path)/cache/builds"
            guard number < pushes else { break }
            try #require(Observation.eventually { (try? stage.blog.text(builds))?.contains("\(commit)") == true })
        }
        dispatcher.waitUntilIdle()
        return outcomes.withLock { $0 }
    }

    @Test func `ends the build of an older one`() throws {
        let stage = try StepStage()
        let outcomes = try outcomes(stage, site(stage, .cancel), pushes: 2)
        let last = try stage.blog.head(of: stage.blog.author)
        #expect(outcomes.last == .deployed(last))
        #expect(outcomes.first == .finished(.cancelled(by: last.short)))
        #expect(stage.live("index.html") == "2\n")
        #expect(stage.stage.folders.count == 1)
    }

    @Test func `waits for the build unless the site wants otherwise`() throws {
        let stage = try StepStage()
        let outcomes = try outcomes(stage, site(stage, .finish), pushes: 2)
        #expect(outcomes.count == 2 && outcomes.allSatisfy { $0.commit != nil })
        #expect(stage.stage.folders.count == 2)
    }

    @Test func `cannot keep a site from going live by never ending`() throws {
        let stage = try StepStage()
        let outcomes = try outcomes(stage, site(stage, .cancel), pushes: 6)
        #expect(outcomes.prefix(3).allSatisfy { if case .finished(.cancelled, _) = $0 { true } else { false } })
        #expect(outcomes[3].commit != nil, "after three builds in a row that were ended, one goes live")
        #expect(stage.live("index.html") == "6\n")
    }

    @Test func `is not what ends a build when the site is rolled back`() throws {
        let stage = try StepStage()
        let site = try stage.site { $0.build = .run("test ! -e slow || { setsid sleep 20 & sleep 20; }") }
        let (first, _) = try stage.push(["index.html": "1\n"], site)
        let (second, _) = try stage.push(["index.html": "2\n"], site)
        #expect(site.liveCommit == second)
        let dispatcher = Dispatcher(ledger: stage.home.ledger, limit: 2)
        let outcome = Mutex<DeliveryOutcome?>(nil)
        let third = try stage.blog.push(["slow": "\n"])
        dispatcher.deploy(site, to: third) { answer in outcome.withLock { $0 = answer } }
        try #require(Observation.eventually { stage.stage.folders.contains { $0.hasPrefix(".building-") } })
        let start = ContinuousClock.now
        let (_, record) = try site.rollBack(
            to: .previous, by: "alice", reason: nil, ledger: stage.home.ledger, Cancellation(), Transcript())
        #expect(record.result == .deployed(first) && site.liveCommit == first)
        #expect(start.duration(to: .now) < .seconds(8))
        dispatcher.waitUntilIdle()
        #expect(outcome.withLock { $0 } == .finished(.pinned("the site was pinned during the build")))
    }

    @Test func `is deployed after an unproven release was taken back`() throws {
        let stage = try StepStage()
        let site = try stage.site {
            $0.health = HealthCheck(.command(.run("grep -q good index.html")), retries: 0, timeout: .seconds(5))
        }
        _ = try stage.push(["index.html": "good\n"], site)
        _ = try stage.push(["index.html": "good 2\n"], site)
        // As if the process had been killed right after the swap to a bad release.
        let live = try #require(site.liveRelease)
        try stage.stage.shell(
            "sed -i 's/}$/,\"unproven\":true}/' releases/.\(live).json; chmod u+w current/index.html; echo bad >current/index.html"
        )
        let (repair, result) = try stage.push(["index.html": "good 3\n"], site)
        #expect(result == .deployed(repair))
        #expect(stage.live("index.html") == "good 3\n")
    }

    @Test func `counts only if the remote shows another commit`() throws {
        let (one, two) = (try Commit.fake(1), try Commit.fake(2))
        func target(_ commit: Commit) -> DeploymentRecord.Target { .init(ref: "refs/heads/main", commit: commit) }
        let newer = NewerPush()
        #expect(!newer.announce(target(two)), "nothing is being built")
        newer.begin(one)
        #expect(!newer.announce(target(one)) && !newer.takeQuestion())
        #expect(newer.announce(target(two)) && newer.takeQuestion())
        newer.resolve(to: one)
        #expect(!newer.cancellation.isCancelled, "a late delivery, or a commit that somebody made up")
        newer.resolve(to: two)
        #expect(newer.cancellation.isCancelled && newer.end() == two)
        let over = NewerPush()
        over.begin(one)
        #expect(over.end() == nil)
        over.resolve(to: two)
        #expect(!over.cancellation.isCancelled)
    }

    @Test func `that is late ends no build`() throws {
        let stage = try StepStage()
        let site = try site(stage, .cancel)
        let old = try stage.blog.push(["index.html": "1\n"])
        let new = try stage.blog.push(["index.html": "2\n"])
        let outcomes = Mutex<[DeliveryOutcome]>([])
        let dispatcher = Dispatcher(ledger: stage.home.ledger, limit: 2)
        dispatcher.deploy(site, to: new) { outcome in outcomes.withLock { $0.append(outcome) } }
        let builds = "\(stage.stage.path)/cache/builds"
        try #require(Observation.eventually { (try? stage.blog.text(builds))?.contains("\(new)") == true })
        dispatcher.deploy(site, to: old) { outcome in outcomes.withLock { $0.append(outcome) } }
        dispatcher.waitUntilIdle()
        #expect(outcomes.withLock { $0.first } == .deployed(new))
        #expect(site.liveCommit == new)
    }
}
