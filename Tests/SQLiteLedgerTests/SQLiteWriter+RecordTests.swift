import TestSupport
import Deploy
import Foundation
import Git
import SQLiteLedger
import Testing

@Suite struct `recording a delivery` {
    private let home: TemporaryLedger
    private var ledger: SQLiteLedger { home.ledger }

    init() throws { home = try TemporaryLedger() }

    @Test func `queues a deployment of each site, in their order`() throws {
        #expect(try ledger.record(1, for: ["blog", "shop", "app"]) == [.awaits(1), .awaits(2), .awaits(3)])
        #expect(try ledger.all.map(\.site) == ["blog", "shop", "app"])
        #expect(try ledger.all.allSatisfy { $0.state == .queued && $0.cause == .push && $0.deliveries == 1 })
        #expect(try ledger.all.first?.target == .main(.fake(1)))
    }

    @Test func `keeps what is known of it`() throws {
        let delivery = DeliveryRecord(
            received: Date(timeIntervalSince1970: 1_234_567_890.123), digest: Data(repeating: 7, count: 32),
            forge: "gitlab", forgeID: "id-1", repository: "team/web/blog", hook: "blog", secret: .previous)
        _ = try ledger.write { try $0.record(delivery, for: []) }
        let row = try #require(try home.row("SELECT * FROM delivery"))
        #expect(row["received"] == 1_234_567_890_123)
        #expect(row["digest"] == Data(repeating: 7, count: 32))
        #expect(row["forge"] == "gitlab" && row["forge_id"] == "id-1" && row["repository"] == "team/web/blog")
        #expect(row["hook"] == "blog" && row["secret"] == 2)
    }

    @Test func `joins the deployment that is queued, which then goes to the newest`() throws {
        #expect(try (1...5).map { try ledger.awaited($0) } == [1, 1, 1, 1, 1])
        let queued = try #require(try ledger.deployment(1))
        #expect(queued.deliveries == 5)
        #expect(queued.target == .main(try .fake(5)))
    }

    @Test func `queues a follow-up while one runs`() throws {
        let first = try ledger.awaited(1)
        try ledger.start()
        let second = try ledger.awaited(2)
        #expect(second != first)
        #expect(try ledger.awaited(3) == second)
        #expect(try ledger.deployment(first)?.deliveries == 1)
    }

    @Test func `of what is there already ends at once, with a deployment to tell of it`() throws {
        #expect(try ledger.record(1, isThere: true) == [.unchanged])
        let record = try #require(try ledger.all.first)
        #expect(try record.state == .unchanged && record.deliveries == 1 && record.target == .main(.fake(1)))
        #expect(record.outcome == .unchanged(try .fake(1)))
        #expect(try ledger.unfinishedSites().isEmpty)
    }

    @Test(arguments: [false, true])
    func `of what is there joins what is on its way, which may leave it`(_ runs: Bool) throws {
        let first = try ledger.awaited(1)
        if runs { try ledger.start() }
        guard case .awaits(let second) = try ledger.record(2, isThere: true).first else {
            Issue.record("it is not awaited")
            return
        }
        #expect((second == first) == !runs)
    }

    // MARK: Again

    /// The forge's ids differ, as in a replay.
    @Test func `that came before awaits the deployment it asked for, queued or running`() throws {
        let id = try ledger.awaited(1, forgeID: "a")
        #expect(try ledger.awaited(1, forgeID: "b") == id)
        try ledger.start()
        #expect(try ledger.awaited(1, forgeID: "c") == id)
        #expect(try ledger.deployment(id)?.deliveries == 1)
        #expect(try home.count("delivery") == 1)
    }

    @Test func `that came before and was deployed is a duplicate, however often`() throws {
        try ledger.deploy(1)
        for replay in 0..<1000 { #expect(try ledger.record(1, forgeID: "\(replay)") == [.duplicate]) }
        #expect(try ledger.all.count == 1)
        #expect(try home.count("delivery") == 1)
        try ledger.record(2, isThere: true)
        #expect(try ledger.record(2) == [.duplicate])
    }

    @Test func `that failed before runs again`() throws {
        let first = try ledger.deploy(1, outcome: .failed(Failure("no")))
        let second = try ledger.awaited(1)
        #expect(second != first)
        let started = try #require(try ledger.start())
        #expect(try started.id == second && started.targets == [.fake(1)] && started.deliveries == 1)
        try ledger.finish(second, .failed(Failure("no")))
        let third = try ledger.awaited(1)
        try ledger.start()
        try ledger.finish(third, .deployed(.fake(1)))
        #expect(try ledger.record(1) == [.duplicate])
        #expect(try home.count("delivery") == 1)
    }

    @Test func `runs again where it failed, and only there`() throws {
        try ledger.record(1, for: ["blog", "shop"])
        for (site, outcome) in [("blog", Outcome.failed(Failure("no"))), ("shop", .deployed(try .fake(1)))] {
            let started = try #require(try ledger.start(site))
            try ledger.finish(started.id, outcome)
        }
        #expect(try ledger.record(1, for: ["blog", "shop"]) == [.awaits(3), .duplicate])
        #expect(try ledger.deployment(3)?.site == "blog")
    }

    @Test func `that came before reaches a site that it did not concern then`() throws {
        try ledger.deploy(1)
        #expect(try ledger.record(1, for: ["blog", "shop"]) == [.duplicate, .awaits(2)])
    }

    /// A forge that tries again may note so in the body.
    @Test func `of the same id and commit came before, whatever its body`() throws {
        let id = try ledger.awaited(1, forgeID: "a")
        #expect(try ledger.awaited(2, commit: 1, forgeID: "a") == id)
        try ledger.start()
        try ledger.finish(id, .deployed(.fake(1)))
        #expect(try ledger.record(2, commit: 1, forgeID: "a") == [.duplicate])
        #expect(try home.count("delivery") == 1)
    }

    /// It is not verified, so that a stranger may have sent an old body under the id of a new delivery.
    @Test func `of the same id and another commit is deployed`() throws {
        try ledger.deploy(1)
        #expect(try ledger.record(1, forgeID: "a") == [.duplicate])
        #expect(try ledger.record(2, forgeID: "a") == [.awaits(2)])
        let started = try #require(try ledger.start())
        #expect(started.targets == [try .fake(2)])
        try ledger.finish(started.id, .deployed(.fake(2)))
        #expect(try ledger.record(3, forgeID: "a") == [.awaits(3)])
        #expect(try ledger.start()?.targets == [try .fake(3)])
    }

    /// Who has captured two deliveries can send the body of one under the id of the other.
    @Test func `that came before is deployed once more at most under another's id, however often`() throws {
        for number in 1...2 {
            try ledger.record(number, forgeID: "id-\(number)")
            try ledger.finish(#require(try ledger.start()).id, .deployed(.fake(number)))
        }
        for replay in 0..<100 {
            let disposition = try ledger.record(1, forgeID: "id-2")
            if replay > 0 { #expect(disposition == [.duplicate]) }
            if let started = try ledger.start() { try ledger.finish(started.id, .unchanged(.fake(2))) }
        }
        #expect(try ledger.all.count <= 3)
        #expect(try ledger.record(2, forgeID: "id-2") == [.duplicate])
    }

    @Test func `of the same id at another forge or repository is another`() throws {
        let first = DeliveryRecord.fake(1, forgeID: "a")
        let others = [("gitea", "alice/blog"), ("github", "alice/shop")].enumerated().map { number, place in
            DeliveryRecord(
                digest: DeliveryRecord.fake(number + 2).digest, forge: place.0, forgeID: "a", repository: place.1)
        }
        for delivery in [first] + others { _ = try ledger.write { try $0.record(delivery, for: []) } }
        #expect(try home.count("delivery") == 3)
    }

    @Test func `that cannot be is rejected, and takes nothing with it`() throws {
        let delivery = DeliveryRecord(digest: Data(), forge: "github", forgeID: nil, repository: "alice/blog")
        let site = DeliveryTarget(name: "blog", target: .main(try .fake(1)))
        let error = #expect(throws: LedgerError.self) {
            try ledger.write { writer in
                _ = try writer.record(.fake(1), for: [site])
                _ = try writer.record(delivery, for: [site])
            }
        }
        #expect(error?.isOfContents == true)
        #expect(error?.message.hasPrefix("\(ledger.path) refuses an entry: CHECK constraint failed") == true)
        #expect(try ledger.all.isEmpty && home.count("delivery") == 0)
        #expect(try ledger.record(1) == [.awaits(1)])
    }
}
