import AccessLog
import Deploy
import Foundation

/// The JSON of an audit without the list of deliveries (`AuditList`). Unknown values are left out.
struct AuditView: Encodable {
    struct Delivery: Encodable {
        let time: String
        let remote: String
        let outcome: String?
        let status: Int?
        let delivery: String?
        let site: String?
        let commit: String?
        let durationMs: Int?
        let verdict: String

        init(_ line: AccessLogLine, _ verdict: LogComparison.Verdict) {
            time = line.time.standard
            remote = line.remote
            outcome = line.outcome
            status = line.status
            delivery = line.delivery
            site = line.site
            commit = line.commit
            durationMs = line.duration.map { Int($0 / .milliseconds(1)) }
            self.verdict = verdict.word
        }
    }

    struct BadLine: Encodable {
        let source: String
        let line: Int?
        let reason: String
        let beginning: String
    }

    struct Unannounced: Encodable {
        let deployment: Int64
        let site: String
        let cause: String
        let ended: String?
    }

    let agrees: Bool
    let disagreements: [Disagreement]
    let disagreementCount: Int
    let lines: Int
    let compared: Int
    let olderThanLedger: Int
    let newerThanComparison: Int
    let unfinished: Int
    let first: String?
    let last: String?
    let ledgerSince: String
    let outcomes: [String: Int]
    let durationsMs: AuditTotals.Percentiles?
    let refused: Int
    let refusals: [AuditTotals.Refusals]
    let badLineCount: Int
    let badLines: [BadLine]
    let futureLines: Int
    let problems: [String]
    let withoutDelivery: [Unannounced]
    let notInLog: Int
    let verifiedReceipts: Int?

    init(_ report: AuditReport, _ ledger: AuditLedger) {
        agrees = report.disagreementCount == 0 && !report.isIncomplete
        disagreements = report.disagreements
        disagreementCount = report.disagreementCount
        lines = report.summary.lines
        compared = report.compared
        olderThanLedger = report.older
        newerThanComparison = report.newer
        unfinished = report.unfinished
        first = report.first?.standard
        last = report.last?.standard
        ledgerSince = ledger.extent.beginning.standard
        outcomes = report.totals.outcomes
        durationsMs = report.totals.percentiles
        refused = report.totals.refusalCount.requests
        refusals = report.totals.topRefusals
        badLineCount = report.summary.bad
        badLines = report.summary.badLines.map {
            BadLine(source: $0.source, line: $0.number, reason: $0.reason, beginning: $0.beginning)
        }
        futureLines = report.summary.future
        problems = report.summary.problems.map(\.message)
        withoutDelivery = report.unannounced.map {
            Unannounced(deployment: $0.id, site: $0.site, cause: $0.cause.rawValue, ended: $0.ended?.standard)
        }
        notInLog = report.unlogged
        verifiedReceipts = report.verifiedReceipts
    }
}

extension LogComparison.Verdict {
    /// The verdict in JSON and beside the delivery.
    var word: String {
        switch self {
        case .logOnly: "log only"
        case .olderThanLedger: "older than the ledger"
        case .newerThanLedger: "newer than the comparison"
        case .agrees: "agrees"
        case .unfinished: "unfinished"
        case .disagrees(let disagreement): disagreement.kind.rawValue.replacing("_", with: " ")
        }
    }
}
