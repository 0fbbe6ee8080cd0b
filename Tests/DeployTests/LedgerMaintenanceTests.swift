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

    @Test func `ends queued deployments of sites that are gone`() throws {
        defer { timers.stop() }
        let maintenance = LedgerMaintenance(dispatcher: dispatcher, timers: timers, retention: retention)
        let blog = try Site.fake(FakeStrategy(), name: "blog")
        maintenance.start([blog])
        try queue("blog", "gone")
        maintenance.follow([blog])
        #expect(try Observation.eventually { try home.ledger.unfinishedSites() == ["blog"] })
        let failure = try #require(try home.ledger.deployments(of: "gone", limit: 1).first?.failure)
        #expect(failure.message == "gone is no longer configured")
    }

    @Test func `lets a running deployment finish, even if its site is gone`() throws {
        defer { timers.stop() }
        let door = Door()
        let strategy = FakeStrategy { announced, _, _ in
            door.pass()
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let maintenance = LedgerMaintenance(dispatcher: dispatcher, timers: timers, retention: retention)
        dispatcher.deploy(try .fake(strategy), to: try .fake(1)) { _ in }
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
