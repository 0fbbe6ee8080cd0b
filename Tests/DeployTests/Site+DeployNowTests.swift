import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `deploying a site now` {
    private let home: TemporaryLedger

    init() throws { home = try TemporaryLedger() }

    @Test func `pulls wherever the site is, and includes queued work`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        let now = { try site.deployNow(ledger: home.ledger, Cancellation(), Transcript()) }
        let first = try now()
        #expect(try first.result == .unchanged(blog.head(of: blog.site)) && first.cause == .command)
        let commit = try blog.push(["index.html": "two\n"])
        let delivered = DeliveryTarget(name: "blog", target: .main(commit)) { [site] in site.knownCommit == commit }
        _ = try home.ledger.write { try $0.record(.fake(1), for: [delivered]) }
        let second = try now()
        #expect(second.result == .deployed(commit) && second.deliveries == 1)
        #expect(try home.ledger.unfinishedSites().isEmpty)
        #expect(try home.ledger.write { try $0.record(.fake(1), for: [delivered]) } == [.duplicate])
    }

    @Test func `deploys what the filter skips, even together with a push`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let filter = DeploymentFilter(paths: ["docs/**"])
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20), filter: filter)
        let commit = try blog.push(["index.html": "two\n"])
        let delivered = DeliveryTarget(name: "blog", target: .main(commit)) { false }
        _ = try home.ledger.write { try $0.record(.fake(1), for: [delivered]) }
        let record = try site.deployNow(ledger: home.ledger, Cancellation(), Transcript())
        #expect(record.result == .deployed(commit) && record.cause == .command)
        let rows = try home.ledger.deployments(of: "blog", limit: 9)
        #expect(rows.map(\.state) == [.deployed, .skipped])
        #expect(rows.last?.deliveries == 1)
    }

    @Test func `reports why the site cannot be deployed`() throws {
        let failure = Failure("it is gone", hint: "clone it")
        let strategy = FakeStrategy()
        strategy.refuse(failure)
        let record = try Site.fake(strategy).deployNow(ledger: home.ledger, Cancellation(), Transcript())
        #expect(record.result == .failed(failure))
        let ledger = WatchedLedger(home.ledger)
        ledger.fail(LedgerError("no"))
        let site = try Site.fake(FakeStrategy())
        #expect(throws: LedgerError("no")) { try site.deployNow(ledger: ledger, Cancellation(), Transcript()) }
    }

    @Test func `is not repeated after an interruption, which the person has seen`() throws {
        let cancellation = Cancellation()
        let strategy = FakeStrategy { _, _, _ in
            cancellation.cancel()
            return .interrupted
        }
        let record = try Site.fake(strategy).deployNow(ledger: home.ledger, cancellation, Transcript())
        #expect(record.state == .interrupted)
        #expect(try home.ledger.unfinishedSites().isEmpty)
    }
}
