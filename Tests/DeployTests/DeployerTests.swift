import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `deployer` {
    private let ledger: TemporaryLedger
    private let scribe: Scribe

    init() throws {
        ledger = try TemporaryLedger()
        scribe = Scribe(ledger.ledger)
    }

    private func queue(_ target: Commit) throws {
        _ = try scribe.write { try $0.queue("blog", cause: .catchUp, target: .main(target), at: Date()) }
    }

    private func deploy(_ site: Site, _ cancellation: Cancellation = Cancellation()) throws -> FinishedDeployment? {
        try Deployer(scribe: scribe).deploy(site, cancellation, Transcript())
    }

    @Test func `has until its site's time is up`() throws {
        let commit = try Commit.fake(1)
        let strategy = FakeStrategy { _, limits, _ in
            let time = ContinuousClock.now.duration(to: limits.deadline)
            return (.seconds(6)...(.seconds(7))).contains(time) ? .deployed(commit) : .interrupted
        }
        try queue(commit)
        #expect(try deploy(.fake(strategy, timeout: .seconds(7)))?.outcome == .deployed(commit))
    }
}
