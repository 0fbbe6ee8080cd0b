import Deploy
import Foundation
import Git
import TestSupport
import Testing

@Suite struct `a waiting deployment` {
    private let waiting = DeploymentResult.waiting(for: "c00000")
    private let start = Date(timeIntervalSince1970: 1_000_000)

    @discardableResult
    private func finish(
        _ ledger: any Ledger, _ id: DeploymentRecord.ID, _ result: DeploymentResult, at time: Date
    ) throws -> FinishedState {
        try ledger.write { try $0.finish(id, DeploymentRecord.Conclusion(result), at: time) }
    }

    /// Records a deployment that waits since `start`.
    private func waitingDeployment(_ ledger: any Ledger) throws -> DeploymentRecord.ID {
        let id = try ledger.awaited(1)
        _ = try ledger.start(at: start)
        try finish(ledger, id, waiting, at: start)
        return id
    }

    @Test(arguments: StoreUnderTest.all)
    func `is tried again after growing intervals, and fails after the last`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try ledger.awaited(1)
        var now = start
        var waits: [Duration] = []
        while true {
            #expect(try ledger.start(at: now)?.id == id)
            let state = try finish(ledger, id, waiting, at: now)
            guard let next = state.nextTry else { break }
            #expect(state.result == waiting)
            waits.append(next)
            #expect(try ledger.deployment(id)?.state == .waiting)
            #expect(try ledger.deployment(id)?.reason == "the remote does not show c00000 yet")
            #expect(try ledger.unfinishedSites() == ["blog"])
            #expect(try ledger.start(at: now + next / .seconds(1) - 0.1) == nil, "not due yet")
            now += next / .seconds(1)
        }
        #expect(waits == [1, 2, 5, 10, 30, 60].map { .seconds($0) })
        let record = try #require(try ledger.deployment(id))
        #expect(record.state == .failed && record.failure?.message == "the remote never showed c00000")
    }

    @Test(arguments: StoreUnderTest.all)
    func `runs at once and from the beginning when another delivery arrives`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try waitingDeployment(ledger)
        #expect(try ledger.awaited(2) == id, "equal orders merge")
        let started = try #require(try ledger.start(at: start))
        #expect(try started.id == id && started.announced.map(\.commit) == [.fake(2), .fake(1)])
        #expect(try finish(ledger, id, waiting, at: start).nextTry == .seconds(1))
    }

    @Test(arguments: StoreUnderTest.all)
    func `runs at once when its own delivery comes again`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try waitingDeployment(ledger)
        #expect(try ledger.awaited(1, forgeID: "again") == id)
        #expect(try ledger.start(at: start)?.id == id)
    }

    @Test(arguments: StoreUnderTest.all)
    func `is due as soon as the site moves`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let first = try ledger.awaited(1)
        _ = try ledger.start(at: start)
        let second = try ledger.awaited(2)
        try finish(ledger, first, waiting, at: start)
        #expect(second != first)
        #expect(try ledger.start(at: start)?.id == second, "a commit that never comes holds up no later push")
        #expect(try finish(ledger, second, .deployed(.fake(2)), at: start).nextTry == .zero)
        #expect(try ledger.start(at: start)?.id == first)
        #expect(try finish(ledger, first, .unchanged(.fake(2)), at: start).nextTry == nil)
        #expect(try ledger.latestDeployments().map(\.state) == [.deployed])
    }

    @Test(arguments: StoreUnderTest.all)
    func `fails if it is due and cannot be started`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try waitingDeployment(ledger)
        func reject(at time: Date) throws -> StartedDeployment? {
            try ledger.write { try $0.reject("blog", Failure("the clone is gone"), at: time) }
        }
        #expect(try reject(at: start) == nil, "not due yet")
        #expect(try reject(at: start + 2)?.id == id)
        #expect(try ledger.deployment(id)?.state == .failed)
        #expect(try ledger.deployment(id)?.reason == "the clone is gone")
    }

    @Test(arguments: StoreUnderTest.all)
    func `has no reason while it runs again`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try waitingDeployment(ledger)
        #expect(try ledger.awaited(2) == id)
        #expect(try ledger.deployment(id)?.reason == nil && ledger.deployment(id)?.started == nil)
        try finish(ledger, try #require(try ledger.start(at: start)).id, waiting, at: start)
        _ = try ledger.start(at: start + 2)
        #expect(try ledger.deployment(id)?.state == .running && ledger.deployment(id)?.reason == nil)
    }

    @Test(arguments: StoreUnderTest.all)
    func `is neither pruned nor taken for finished`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        let id = try waitingDeployment(ledger)
        try ledger.deploy(2, on: start)
        _ = try ledger.write { try $0.prune(before: Date(), keeping: 0, limit: 100) }
        #expect(try ledger.deployment(id) != nil)
    }
}

@Suite struct `a delivery of an earlier commit` {
    @Test(arguments: StoreUnderTest.all)
    func `asks the remote, whatever the ledger remembers`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        // x→A, A→x, x→A, the first and the third with the same body.
        try ledger.deploy(1)
        try ledger.deploy(2)
        guard case .awaits = try ledger.record(1).first else {
            Issue.record("the third push is not deployed")
            return
        }
    }
}
