import AccessLog
import Deploy
import Foundation
import Git

/// Reads logs, prints a line per delivery, and collects what does not agree.
struct LogAudit {
    /// The deliveries, for JSON.
    private(set) var views: [AuditView.Delivery] = []

    private var comparison: LogComparison
    private let since: Date?
    private let site: String?
    private let json: Bool
    private var report = AuditReport()
    private var lines = AuditLines()

    init(_ ledger: AuditLedger, since: Date?, site: String?, json: Bool) {
        comparison = LogComparison(ledger)
        (self.since, self.site, self.json) = (since, site, json)
    }

    /// The rows that the logs are compared with.
    var ledger: AuditLedger { comparison.ledger }

    /// Reads `logs` and compares them.
    mutating func run(_ logs: [AccessLogFile]) -> AuditReport {
        let summary = AccessLogReader().read(logs) { read($0) }
        report.summary = summary
        lines.flush()
        checkLedger()
        return report
    }

    private mutating func read(_ line: AccessLogLine) {
        guard since.map({ line.time >= $0 }) ?? true, site.map({ line.site == $0 || line.sites.contains($0) }) ?? true
        else { return }
        let verdict = comparison.verdict(on: line)
        report.add(line, verdict)
        checkReceipt(of: line)
        guard line.isDelivery else { return }
        if json {
            views.append(AuditView.Delivery(line, verdict))
        } else {
            lines.add(line, verdict)
        }
    }

    // MARK: The ledger

    private mutating func checkReceipt(of line: AccessLogLine) {
        let ledger = comparison.ledger
        guard ledger.chain != nil, let text = line.receipt, line.time + 1 < ledger.taken,
            line.arrival > ledger.extent.deployments + 60
        else { return }
        guard Receipt(text).map({ $0 != ledger.extent.anchor.receipt && !ledger.receipts.contains($0) }) ?? true else {
            return
        }
        let message =
            "the receipt \(text.prefix(12)) in the log is not in the ledger: a deployment was changed or removed"
        report.add(Disagreement(.unknownReceipt, message, line))
    }

    /// Looks for what the ledger has and the log does not explain.
    private mutating func checkLedger() {
        let ledger = comparison.ledger
        for (id, error) in ledger.unreadable where ledger.chain == nil {
            report.add(Disagreement(.changedRow, "deployment \(id): \(error.message)", deployment: id))
        }
        if let chain = ledger.chain {
            report.verifiedReceipts = chain.verified
            for fault in chain.faults { report.add(Disagreement(fault, ledger)) }
        }
        let chosen = ledger.deployments.values.filter { site == nil || $0.site == site }.sorted { $0.id < $1.id }
        for deployment in chosen where deployment.requests == 0 && deployment.cause == .push {
            guard deployment.queued > ledger.extent.beginning + 1, since.map({ deployment.queued >= $0 }) ?? true else {
                continue
            }
            let message =
                "deployment \(deployment.id) of \(deployment.site) is of a push, but the ledger has no delivery for it"
            report.add(Disagreement(.noDelivery, message, deployment: deployment.id, of: deployment.site))
        }
        guard let first = report.first, let last = report.last else { return }
        report.unannounced = chosen.filter {
            $0.requests == 0 && $0.cause != .push && $0.state == .deployed
                && (first...last.addingTimeInterval(1)).contains($0.ended ?? .distantPast)
        }
        report.unlogged = ledger.deliveries.values.count { delivery in
            let isChosen = site == nil || delivery.deployments.contains { ledger.deployments[$0]?.site == site }
            return isChosen && delivery.hasForgeID && !delivery.isLogged && delivery.received > first
                && delivery.received < last - 60
        }
    }
}
