import AccessLog
import Deploy
import Foundation
import Git

/// Reads logs, prints a line per delivery, and collects the disagreements with the ledger.
struct LogAudit {
    private var comparison: LogComparison
    private let since: Date?
    private let site: String?
    private let json: Bool
    private var report = AuditReport()
    private var lines = AuditLines()
    private var list = AuditList()
    /// The time of the first line with a known receipt, if the ledger also has all later receipts.
    private var firstKnownReceipt = Date.distantFuture
    /// Lines with receipts that the ledger does not have. They may be older than the ledger.
    private var unknownReceipts: [AccessLogLine] = []

    private static let keptLines = 10_000

    init(_ ledger: AuditLedger, since: Date?, site: String?, json: Bool) {
        comparison = LogComparison(ledger)
        (self.since, self.site, self.json) = (since, site, json)
    }

    /// The rows that the logs are compared with.
    var ledger: AuditLedger { comparison.ledger }

    /// Reads `logs`, compares them, and prints the deliveries; in JSON also the report.
    mutating func run(_ logs: [AccessLogFile]) throws -> AuditReport {
        let summary = AccessLogReader().read(logs) { read($0) }
        report.summary = summary
        for disagreement in comparison.changedDeliveries() { report.add(disagreement) }
        checkLedger()
        if json {
            try list.finish(AuditView(report, comparison.ledger))
        } else {
            lines.flush()
        }
        return report
    }

    private mutating func read(_ line: AccessLogLine) {
        guard since.map({ line.time >= $0 }) ?? true, site.map({ line.site == $0 || line.sites.contains($0) }) ?? true
        else {
            comparison.markLogged(line)
            return
        }
        let verdict = comparison.verdict(on: line)
        report.add(line, verdict)
        checkReceipt(of: line)
        guard line.isDelivery else { return }
        if json {
            list.add(AuditView.Delivery(line, verdict))
        } else {
            lines.add(line, verdict)
        }
    }

    // MARK: The ledger

    private mutating func checkReceipt(of line: AccessLogLine) {
        let ledger = comparison.ledger
        guard ledger.chain != nil, let text = line.receipt, line.time + 1 < ledger.taken else { return }
        if let receipt = Receipt(text), receipt == ledger.extent.anchor.receipt || ledger.knows(receipt) {
            if ledger.hasAll(since: receipt) { firstKnownReceipt = min(firstKnownReceipt, line.time) }
        } else if line.arrival > ledger.extent.deployments + 60 {
            addUnknownReceipt(line)
        } else if unknownReceipts.count < Self.keptLines {
            unknownReceipts.append(line)
        }
    }

    private mutating func addUnknownReceipt(_ line: AccessLogLine) {
        let message =
            "the receipt \(line.receipt?.prefix(12) ?? "") in the log is not in the ledger: a deployment was changed or removed"
        report.add(Disagreement(.unknownReceipt, message, line))
    }

    /// Checks the lines from before the beginning of the ledger: a person may have changed the row with the beginning, too. After
    /// a receipt in the ledger, all later receipts must be there.
    private mutating func checkUnknownReceipts() {
        let ledger = comparison.ledger
        if ledger.extent.beginning > ledger.taken + 60 {
            let time = ledger.extent.beginning.local
            report.add(Disagreement(.changedRow, "the ledger says that it begins at \(time), which is in the future"))
        }
        for line in unknownReceipts where line.arrival > firstKnownReceipt + 60 { addUnknownReceipt(line) }
        if ledger.hasNoReceipts, !unknownReceipts.isEmpty {
            report.add(
                Disagreement(.removedRow, "the log has receipts, and the ledger has none: it was emptied or replaced"))
        }
        unknownReceipts = []
    }

    /// Looks for rows of the ledger that the log does not explain.
    private mutating func checkLedger() {
        checkUnknownReceipts()
        let ledger = comparison.ledger
        for (id, error) in ledger.unreadable where ledger.chain == nil {
            report.add(Disagreement(.changedRow, "deployment \(id): \(error.message)", deployment: id))
        }
        if let chain = ledger.chain {
            report.verifiedReceipts = chain.verified
            for fault in chain.faults { report.add(Disagreement(fault, ledger)) }
        }
        for deployment in ledger.deployments(of: site) where deployment.requests == 0 && deployment.cause == .push {
            guard deployment.queued > ledger.extent.beginning + 1, since.map({ deployment.queued >= $0 }) ?? true else {
                continue
            }
            let message =
                "deployment \(deployment.id) of \(deployment.site) is of a push, but the ledger has no delivery for it"
            report.add(Disagreement(.noDelivery, message, deployment: deployment.id, of: deployment.site))
        }
        guard let first = report.first, let last = report.last else { return }
        for deployment in ledger.deployments(of: site) where deployment.requests == 0 && deployment.cause != .push {
            let isInLog = (first...last + 1).contains(deployment.ended ?? .distantPast)
            if deployment.state == .deployed, isInLog { report.addUnannounced(deployment) }
        }
        // The line of a delivery in the second of the first line may be in an older log.
        report.unlogged = ledger.unloggedDeliveries(to: site, after: first + 1, before: last - 60)
    }
}
