import Foundation
import Testing

@testable import AccessLog
@testable import bellpull

@Suite struct `the totals of an audit` {
    private func line(_ outcome: String?, milliseconds: Int? = nil, remote: String = "1.1.1.1", status: Int = 200)
        -> AccessLogLine
    {
        var line = AccessLogLine()
        line.outcome = outcome
        line.duration = milliseconds.map { .milliseconds($0) }
        line.remote = remote
        line.status = status
        return line
    }

    @Test func `have the percentiles of the durations`() throws {
        var totals = AuditTotals()
        #expect(totals.percentiles == nil)
        for milliseconds in (1...1000).shuffled() { totals.add(line("deployed", milliseconds: milliseconds)) }
        totals.add(line("rejected"))
        #expect(totals.percentiles == .init(p50: 500, p90: 900, p99: 990, max: 1000))
        var one = AuditTotals()
        one.add(line("deployed", milliseconds: 7))
        #expect(one.percentiles == .init(p50: 7, p90: 7, p99: 7, max: 7))
    }

    @Test func `count outcomes, and refusals by address`() {
        var totals = AuditTotals()
        for number in 1...7 {
            for _ in 0..<number { totals.add(line("rejected", remote: "10.0.0.\(number)", status: 401)) }
        }
        totals.add(line(nil, remote: "10.0.0.9", status: 413))
        totals.add(line(nil, remote: "10.0.0.8", status: 502))
        totals.add(line("deployed"))
        #expect(totals.outcomes == ["rejected": 28, "answered by nginx": 2, "deployed": 1])
        #expect(totals.topRefusals.map(\.count) == [7, 6, 5, 4, 3])
        #expect(totals.topRefusals.first?.remote == "10.0.0.7")
        #expect(totals.refusalCount.requests == 29 && totals.refusalCount.addresses == 8)
    }

    @Test func `stay small, whatever the log has`() {
        var totals = AuditTotals()
        for number in 0..<1000 { totals.add(line("word \(number)")) }
        #expect(totals.outcomes.count == 51 && totals.outcomes["other"] == 950)
    }
}
