import AccessLog
import Deploy
import Foundation
import Git

/// Compares the lines of a log with the ledger.
///
/// Lines are not compared if the ledger cannot know them: lines that are older than the ledger reaches back, or newer than
/// the moment at which its rows were read. Refused and ignored deliveries are in the log alone, because Bellpull stores
/// nothing that is not verified.
struct LogComparison {
    /// What became of a line.
    enum Verdict: Equatable {
        /// The ledger need not know the line.
        case logOnly
        case olderThanLedger
        case newerThanLedger
        case agrees
        /// The deployment for the delivery has not ended yet.
        case unfinished
        case disagrees(Disagreement)
    }

    /// Outcomes that are in the ledger, and the state of the deployment if the outcome is final.
    private static let outcomes: [String: DeploymentRecord.State?] = [
        "deployed": .deployed, "unchanged": .unchanged, "failed": .failed, "skipped": .skipped, "pinned": .pinned,
        "cancelled": .cancelled, "queued": nil, "waiting": nil, "duplicate": nil,
    ]
    /// nginx's times are whole seconds, and the ledger's times are taken a moment before nginx's.
    private static let slack: TimeInterval = 2

    private(set) var ledger: AuditLedger

    init(_ ledger: AuditLedger) { self.ledger = ledger }

    /// Compares `line` with the ledger.
    mutating func verdict(on line: AccessLogLine) -> Verdict {
        // A delivery that failed before its sites were known is not recorded.
        guard let outcome = line.outcome, let state = Self.outcomes[outcome], !line.sites.isEmpty
        else {
            return .logOnly
        }
        let numbers = ledger.numbers(of: line.delivery)
        for number in numbers { ledger.markLogged(number) }
        guard line.time + 1 < ledger.taken else { return .newerThanLedger }
        guard line.arrival > ledger.extent.beginning + 1 else { return .olderThanLedger }
        guard !numbers.isEmpty else { return verdictOnUnknown(line, outcome) }
        if let state, state == .deployed || state == .unchanged, isPlainSuccess(line, numbers) { return .agrees }
        let deployments = numbers.flatMap { ledger.deliveries[$0]?.deployments ?? [] }
            .compactMap { ledger.deployments[$0] }.filter { line.sites.contains($0.site) }
        guard !deployments.isEmpty else {
            let message = "the ledger has the delivery, but no deployment of \(line.site ?? "") for it"
            return outcome == "duplicate" ? .agrees : .disagrees(Disagreement(.noDeployment, message, line))
        }
        if let state, let problem = contradiction(line, state, deployments) { return .disagrees(problem) }
        return line.isAccepted && outcome != "failed" ? liveness(line, deployments) : .agrees
    }

    /// Whether the line is one of most lines: the delivery asked for one deployment, of one site, and the deployment brought the
    /// site to the commit. Only a shorter way to the same verdict.
    private func isPlainSuccess(_ line: AccessLogLine, _ numbers: [Int64]) -> Bool {
        guard numbers.count == 1, let ids = ledger.deliveries[numbers[0]]?.deployments, ids.count == 1,
            let deployment = ledger.deployments[ids[0]]
        else { return false }
        return deployment.site == line.site && deployment.state.isSuccess && line.isAccepted
            && (line.commit.map(AuditLedger.hash) ?? deployment.commit) == deployment.commit
    }

    /// Decides on a delivery whose id is not in the ledger. The forge may have sent none, or may have sent the same body
    /// before under another id: then the ledger has a deployment for it.
    private func verdictOnUnknown(_ line: AccessLogLine, _ outcome: String) -> Verdict {
        let commit = line.commit.map(AuditLedger.hash)
        let (start, end) = (line.arrival - Self.slack, line.time + Self.slack)
        let isKnown = line.sites.contains { site in
            if outcome == "duplicate" {
                return ledger.deployments(of: site, from: .distantPast, to: end).contains { $0.requests > 0 }
            }
            return ledger.deployments(of: site, from: start, to: end).contains {
                $0.requests > 0 && (commit == nil || $0.commit == commit)
            }
        }
        guard !isKnown else { return .agrees }
        let message = "answered \(outcome), but the ledger does not have the delivery"
        return .disagrees(Disagreement(.notInLedger, message, line))
    }

    /// Compares the end of the deployment that the reply told with the ledger.
    private func contradiction(
        _ line: AccessLogLine, _ state: DeploymentRecord.State, _ deployments: [AuditLedger.Deployment]
    ) -> Disagreement? {
        let commit = line.commit.map(AuditLedger.hash)
        let isTold = deployments.contains { deployment in
            state.isSuccess
                ? deployment.state.isSuccess && (commit == nil || deployment.commit == commit)
                : deployment.state == state
        }
        // If the end could not be recorded, the deployment was recorded as interrupted and ran again.
        guard !isTold, !deployments.contains(where: { $0.state == .interrupted }), let last = deployments.last else {
            return nil
        }
        let told = "answered \(state.rawValue)\(line.commit.flatMap { Commit($0) }.map { " \($0.short)" } ?? "")"
        let known = last.state.isSuccess ? "another commit" : last.state.rawValue
        return Disagreement(
            .otherResult, "\(told), but in the ledger deployment \(last.id) of \(last.site) is \(known)", line,
            deployment: last.id)
    }

    /// Tells whether an accepted delivery went live at each of its sites, or was passed over on purpose.
    private func liveness(_ line: AccessLogLine, _ deployments: [AuditLedger.Deployment]) -> Verdict {
        var isUnfinished = false
        for (site, deployments) in Dictionary(grouping: deployments, by: \.site) {
            if deployments.contains(where: { $0.state.isFinished && ![.failed, .interrupted].contains($0.state) }) {
                continue
            }
            guard deployments.allSatisfy(\.state.isFinished) else {
                isUnfinished = true
                continue
            }
            guard let last = deployments.max(by: { $0.id < $1.id }), !ledger.isSuperseded(last) else { continue }
            let message = "accepted, but never live at \(site): deployment \(last.id) is \(last.state.rawValue)"
            return .disagrees(Disagreement(.neverLive, message, line, deployment: last.id))
        }
        return isUnfinished ? .unfinished : .agrees
    }
}

extension AccessLogLine {
    /// When the request began.
    var arrival: Date { time - requestTime / .seconds(1) }
}
