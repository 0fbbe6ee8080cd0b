import TestSupport
import Foundation
import Git
import Synchronization
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `ledger maintenance` {
    private let home: TemporaryLedger
    private let ledger: WatchedLedger
    private let timers = TimerQueue()
    private let dispatcher: Dispatcher
    private let retention = LedgerMaintenance.Retention(age: .seconds(3600), count: 1_000_000)

    init() throws {
        home = try TemporaryLedger()
        ledger = WatchedLedger(home.ledger)
        dispatcher = Dispatcher(ledger: ledger, limit: 4)
    }

    private func queue(_ sites: String...) throws {
        for site in sites {
            _ = try home.ledger.write {
                try $0.queue(site, .follow, cause: .catchUp, target: .main(.fake(1)), at: Date())
            }
        }
    }

    @Test func `resumes unfinished deployments at the start`() throws {
        defer { timers.stop() }
        try queue("blog", "shop")
        let strategies = [FakeStrategy(), FakeStrategy()]
        let sites = [try Site.fake(strategies[0], name: "blog"), try Site.fake(strategies[1], name: "app")]
        LedgerMaintenance(dispatcher: dispatcher, timers: timers, retention: retention).start(sites)
        dispatcher.waitUntilIdle()
        #expect(strategies.map(\.runs.count) == [1, 0])
        #expect(try home.ledger.deployments(of: "blog", limit: 1).first?.state == .deployed)
    }

    private func newMaintenance() -> LedgerMaintenance {
        LedgerMaintenance(dispatcher: dispatcher, timers: timers, retention: retention)
    }

    @Test func `ends queued deployments of sites that a reload removed`() throws {
        defer { timers.stop() }
        let maintenance = newMaintenance()
        let blog = try Site.fake(FakeStrategy(), name: "blog")
        let gone = try Site.fake(FakeStrategy(), name: "gone")
        maintenance.start([blog, gone])
        try queue("blog", "gone", "gone")
        _ = try home.ledger.write {
            try $0.queue("gone", .place(at: .fake(2)), cause: .command, target: nil, at: Date())
        }
        maintenance.follow([blog])
        #expect(try Observation.eventually { try home.ledger.unfinishedSites() == ["blog"] })
        let ended = try home.ledger.deployments(of: "gone", limit: 9)
        #expect(ended.map(\.failure?.message) == ["gone is no longer configured", "gone is no longer configured"])
    }

    @Test func `ends a removed site's waiting deployment, which was running at the reload`() throws {
        defer { timers.stop() }
        let maintenance = newMaintenance()
        let door = Door()
        let strategy = FakeStrategy { _, _, _ in
            door.pass()
            return .waiting(for: "c00000")
        }
        let gone = try Site.fake(strategy, name: "gone")
        try queue("gone")
        dispatcher.follow([gone])
        maintenance.start([gone])
        door.awaitArrival()
        dispatcher.follow([])
        maintenance.follow([])
        door.open()
        dispatcher.waitUntilIdle()
        #expect(try home.ledger.deployments(of: "gone", limit: 1).first?.state == .waiting)
        maintenance.rejectDeploymentsOfRemovedSites()
        #expect(try Observation.eventually { try home.ledger.unfinishedSites().isEmpty })
        #expect(try home.ledger.deployments(of: "gone", limit: 9).map(\.state) == [.failed])
    }

    @Test func `leaves the queue of another process with the same ledger alone`() throws {
        let timersOfOther = TimerQueue()
        defer { for queue in [timers, timersOfOther] { queue.stop() } }
        let dispatcherOfOther = Dispatcher(ledger: home.reopened(), limit: 4)
        let other = LedgerMaintenance(dispatcher: dispatcherOfOther, timers: timersOfOther, retention: retention)
        let maintenance = newMaintenance()
        let sites = try ["blog", "shop", "news"].map { try Site.fake(FakeStrategy(), name: $0) }
        maintenance.start([sites[0]])
        other.start([sites[1]])
        try queue("blog", "shop")
        maintenance.follow([sites[0], sites[2]])
        other.follow([sites[1], sites[2]])
        maintenance.rejectAbandonedDeployments(at: Date())
        other.rejectAbandonedDeployments(at: Date())
        // The writer takes its entries in order.
        try dispatcher.writer.write { _ in }
        try dispatcherOfOther.writer.write { _ in }
        #expect(try home.ledger.unfinishedSites() == ["blog", "shop"])
        let strategies = [FakeStrategy(), FakeStrategy()]
        try dispatcher.resume([.fake(strategies[0], name: "blog")])
        try dispatcherOfOther.resume([.fake(strategies[1], name: "shop")])
        dispatcher.waitUntilIdle()
        dispatcherOfOther.waitUntilIdle()
        #expect(strategies.map(\.runs.count) == [1, 1])
    }

    @Test func `ends what nobody deployed for a day, unless more was queued since`() throws {
        defer { timers.stop() }
        let maintenance = newMaintenance()
        maintenance.start([try .fake(FakeStrategy(), name: "blog")])
        try queue("blog", "old", "new")
        let tomorrow = Date(timeIntervalSinceNow: 25 * 3600)
        _ = try home.ledger.write {
            try $0.queue("new", .place(at: .fake(2)), cause: .command, target: nil, at: tomorrow)
        }
        maintenance.rejectAbandonedDeployments(at: tomorrow)
        #expect(try Observation.eventually { try home.ledger.unfinishedSites() == ["blog", "new"] })
        #expect(
            try home.ledger.deployments(of: "old", limit: 1).first?.failure?.message
                == "old is not configured, and no other bellpull has deployed the site for a day")
    }

    @Test func `lets a running deployment finish, even if its site is gone`() throws {
        defer { timers.stop() }
        let door = Door()
        let strategy = FakeStrategy { announced, _, _ in
            door.pass()
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let maintenance = newMaintenance()
        let site = try Site.fake(strategy)
        maintenance.start([site])
        dispatcher.deploy(site, to: try .fake(1)) { _ in }
        door.awaitArrival()
        maintenance.follow([])
        door.open()
        dispatcher.waitUntilIdle()
        #expect(try home.ledger.deployments(of: "blog", limit: 9).map(\.state) == [.deployed])
    }

    @Test func `reports an unreadable ledger once, until the ledger was readable again`() throws {
        defer { timers.stop() }
        let errors = Mutex<[LedgerError]>([])
        let maintenance = LedgerMaintenance(dispatcher: dispatcher, timers: timers, retention: retention) {
            error in
            errors.withLock { $0.append(error) }
        }
        let trouble = LedgerError("the disk is gone")
        for round in 1...2 {
            ledger.fail(trouble)
            for _ in 0..<3 { maintenance.start([]) }
            #expect(errors.withLock { $0 } == Array(repeating: trouble, count: round))
            ledger.fail(nil)
            maintenance.start([])
        }
    }

    /// Pruning starts after five seconds, and pauses for a second between two batches.
    @Test func `deletes old rows in batches`() throws {
        defer { timers.stop() }
        let old = Date(timeIntervalSinceNow: -7200)
        for part in 0..<6 {
            try home.ledger.write { ledger in
                for number in 0..<100 {
                    let site = DeliveryTarget(name: "blog", target: .main(try .fake(number)))
                    _ = try ledger.record(.fake(100 * part + number, received: old), for: [site])
                    let started = try #require(try ledger.start("blog", at: old))
                    let conclusion = DeploymentRecord.Conclusion(.deployed(try .fake(number)))
                    try ledger.finish(started.id, conclusion, at: old)
                }
            }
        }
        let maintenance = LedgerMaintenance(dispatcher: dispatcher, timers: timers, retention: retention)
        maintenance.start([try .fake(FakeStrategy())])
        let counts = Mutex<Set<Int>>([])
        let isDone = try Observation.eventually {
            let count = try home.ledger.deployments(of: "blog", limit: 1000).count
            counts.withLock { _ = $0.insert(count) }
            return count == 1
        }
        #expect(isDone)
        #expect(counts.withLock { $0 } == [600, 100, 1])
    }
}
