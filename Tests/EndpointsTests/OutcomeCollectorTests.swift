import TestSupport
import Dispatch
import Git
import Synchronization
import Testing

@testable import Deploy
@testable import Endpoints

@Suite struct `an outcome collector` {
    private let commit: Commit

    init() throws { commit = try #require(Commit(Stage.commit)) }

    private func site(_ name: String) throws -> Site { try .fake(FakeStrategy(), name: name) }

    private func gathered(_ outcomes: DeliveryOutcome..., of count: Int? = nil) throws -> Report {
        let collector = OutcomeCollector(of: count ?? outcomes.count)
        for (index, outcome) in outcomes.enumerated() {
            let isLast = collector.add(outcome, at: try site("site-\(index)"))
            #expect(isLast == (index + 1 == count ?? outcomes.count))
        }
        return collector.report
    }

    @Test func `reports the outcome of one site`() throws {
        for outcome in [DeliveryOutcome.deployed(commit), .unchanged(commit), .duplicate, .queued, .interrupted] {
            let report = try gathered(outcome)
            #expect(report.outcome == Report(outcome).outcome && report.status == Report(outcome).status)
            #expect(report.reason == Report(outcome).reason && report.commit == Report(outcome).commit)
        }
        let failed = try gathered(.failed(Failure("no", hint: "yes")))
        #expect(failed.error?.text == "no\nyes" && failed.status == 500)
    }

    @Test func `reports the most serious outcome of several sites`() throws {
        let failed = DeliveryOutcome.failed(Failure("no", hint: "yes"))
        let order: [DeliveryOutcome] = [
            .ignored(.noPushes), .duplicate, .unchanged(commit), .deployed(commit), .queued, .interrupted, failed,
        ]
        for (index, worse) in order.enumerated() {
            for better in order[...index] {
                for report in [try gathered(better, worse), try gathered(worse, better)] {
                    #expect(report.outcome == Report(worse).outcome)
                }
            }
        }
        #expect(try gathered(.deployed(commit), failed).error?.text == "site-1: no\nyes")
        #expect(try gathered(.deployed(commit), failed).reason == "site-1: no")
    }

    @Test func `reports running deployments while outcomes are missing, unless a site failed`() throws {
        #expect(try gathered(of: 1).outcome == "queued")
        #expect(try gathered(.deployed(commit), of: 2).status == 202)
        #expect(try gathered(.deployed(commit), .unchanged(commit), .duplicate, of: 4).outcome == "queued")
        let failed = try gathered(.deployed(commit), .failed(Failure("no")), of: 3)
        #expect(failed.status == 500 && failed.error?.text == "site-1: no")
        #expect(try gathered(.failed(Failure("no")), of: 2).error?.text == "site-0: no")
    }

    @Test func `recognizes the last outcome, even if several arrive at once`() throws {
        for _ in 0..<100 {
            let collector = OutcomeCollector(of: 8)
            let lasts = Mutex(0)
            let site = try site("blog")
            DispatchQueue.concurrentPerform(iterations: 8) { [commit] _ in
                if collector.add(.deployed(commit), at: site) { lasts.withLock { $0 += 1 } }
            }
            #expect(lasts.withLock { $0 } == 1)
            #expect(collector.report.outcome == "deployed")
        }
    }
}
