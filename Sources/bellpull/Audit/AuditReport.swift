import AccessLog
import Deploy
import Foundation
import Git

/// The result of an audit.
struct AuditReport {
    /// How many disagreements, and how many notes, are told one by one.
    static let limit = 1000

    private(set) var totals = AuditTotals()
    private(set) var disagreements: [Disagreement] = []
    private(set) var disagreementCount = 0
    private(set) var deliveries = 0
    private(set) var compared = 0
    private(set) var older = 0
    private(set) var newer = 0
    private(set) var unfinished = 0
    /// The times of the first and the last line that were chosen.
    private(set) var first: Date?
    private(set) var last: Date?
    var summary = AccessLogSummary()
    /// The first deployments that went live without a delivery, and the number of all of them.
    private(set) var unannounced: [AuditLedger.Deployment] = []
    private(set) var unannouncedCount = 0
    /// How many deliveries of the ledger are not in the log.
    var unlogged = 0
    /// How many receipts were verified; `nil` if not requested.
    var verifiedReceipts: Int?

    /// Adds a line and what became of it.
    mutating func add(_ line: AccessLogLine, _ verdict: LogComparison.Verdict) {
        totals.add(line)
        first = min(first ?? line.time, line.time)
        last = max(last ?? line.time, line.time)
        if line.isDelivery { deliveries += 1 }
        switch verdict {
        case .logOnly: break
        case .olderThanLedger: older += 1
        case .newerThanLedger: newer += 1
        case .agrees: compared += 1
        case .unfinished: (compared, unfinished) = (compared + 1, unfinished + 1)
        case .disagrees(let disagreement):
            compared += 1
            add(disagreement)
        }
    }

    mutating func add(_ disagreement: Disagreement) {
        disagreementCount += 1
        if disagreements.count < Self.limit { disagreements.append(disagreement) }
    }

    mutating func addUnannounced(_ deployment: AuditLedger.Deployment) {
        unannouncedCount += 1
        if unannounced.count < Self.limit { unannounced.append(deployment) }
    }

    /// Whether a log could not be read to its end, or has no line in the format bellpull.
    var isIncomplete: Bool { !summary.problems.isEmpty || (summary.bad > 0 && summary.first == nil) }

    // MARK: Text

    /// Returns the lines after the deliveries.
    func lines(_ ledger: AuditLedger, on terminal: Terminal) -> [String] {
        let problems = disagreements.map { terminal.styled("error: ", .red) + $0.text.shownInFull }
        let more = disagreementCount - disagreements.count
        return facts(ledger) + badLines + notes + problems + (more > 0 ? ["and \(more) more errors"] : [])
            + [verdict(on: terminal)]
    }

    private func verdict(on terminal: Terminal) -> String {
        guard disagreementCount == 0 else {
            return terminal.styled("\(disagreementCount) disagreement\(disagreementCount == 1 ? "" : "s")", .red)
        }
        if isIncomplete { return terminal.styled("the log could not be read whole, so it says too little", .red) }
        guard compared > 0 else { return terminal.styled("nothing was compared with the ledger", .yellow) }
        return terminal.styled("the log and the ledger agree", .green)
    }

    private func facts(_ ledger: AuditLedger) -> [String] {
        var lines: [String] = []
        let range = first.flatMap { first in last.map { " from \(first.local) to \($0.local)" } } ?? ""
        let parts = [
            "\(compared) compared with the ledger", older > 0 ? "\(older) older than the ledger" : nil,
            newer > 0 ? "\(newer) newer than the comparison" : nil, unfinished > 0 ? "\(unfinished) unfinished" : nil,
        ]
        lines.append(
            "\(deliveries) deliver\(deliveries == 1 ? "y" : "ies")\(range): "
                + parts.compactMap(\.self).joined(separator: ", "))
        let outcomes = totals.outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !outcomes.isEmpty {
            lines.append(
                "outcomes: " + outcomes.map { "\($0.value) \($0.key.escapedForDisplay)" }.joined(separator: ", "))
        }
        if let times = totals.percentiles {
            let values = [("p50", times.p50), ("p90", times.p90), ("p99", times.p99), ("max", times.max)]
            lines.append(
                "durations: "
                    + values.map { "\($0.0) \(Duration.milliseconds($0.1).spoken)" }.joined(separator: ", "))
        }
        if !totals.topRefusals.isEmpty {
            let (requests, addresses) = totals.refusalCount
            let top = totals.topRefusals.map { "\($0.remote.escapedForDisplay) (\($0.count))" }.joined(separator: ", ")
            lines.append("refused: \(requests) from \(addresses) address\(addresses == 1 ? "" : "es"): \(top)")
        }
        lines.append("the ledger reaches back to \(ledger.extent.beginning.local)")
        if let verifiedReceipts {
            lines.append(
                "receipts: \(verifiedReceipts) verified; deliveries have none, and are compared with the log alone")
        }
        return lines
    }

    private var badLines: [String] {
        var lines = summary.problems.map { "warning: \($0.message)" }
        if summary.isPartial { lines.append("warning: the beginning of the log was not read") }
        if summary.future > 0 { lines.append("warning: \(summary.future) lines have a time in the future") }
        guard summary.bad > 0 else { return lines }
        lines.append("warning: \(summary.bad) bad line\(summary.bad == 1 ? "" : "s")")
        return lines
            + summary.badLines.map { bad in
                let place = [bad.source.escapedForDisplay, bad.number.map(String.init)].compactMap(\.self)
                return "  \(place.joined(separator: ":")): \(bad.reason): \(bad.beginning)"
            }
    }

    private var notes: [String] {
        var lines = unannounced.map { deployment in
            let who = deployment.cause == .command ? "by hand" : "by \(deployment.cause.rawValue)"
            let time = (deployment.ended ?? deployment.queued).local
            return
                "note: deployment \(deployment.id) of \(deployment.site) went live without a delivery, \(who), \(time)"
                .escapedForDisplay
        }
        if unannouncedCount > unannounced.count {
            lines.append("and \(unannouncedCount - unannounced.count) more without a delivery")
        }
        if unlogged > 0 {
            lines.append(
                "note: \(unlogged) deliver\(unlogged == 1 ? "y" : "ies") of the ledger \(unlogged == 1 ? "is" : "are") not in "
                    + "this log")
        }
        return lines
    }
}

extension AccessLogLine {
    /// Whether the line tells about a verified delivery.
    var isDelivery: Bool { outcome.map { !["rejected", "refused", "malformed"].contains($0) } ?? false }
}

extension String {
    /// The text without control characters, and not cut.
    fileprivate var shownInFull: String { remedyEscapedForDisplay }
}
