import AccessLog
import Deploy
import Foundation
import Git

/// Compares the lines of a log with the ledger.
///
/// The ledger cannot know all lines: some are older than its first row, some newer than the reading of its rows. nginx writes
/// whole seconds, so a line of the ledger's first second may be older or newer than the first row: the line counts as older only
/// if the ledger lacks its delivery. Refused and ignored deliveries are in the log alone, because Bellpull stores nothing
/// unverified.
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

    /// The outcomes of recorded deliveries, and the state of the deployment if the outcome is final.
    private static let outcomes: [String: DeploymentRecord.State?] = [
        "deployed": .deployed, "unchanged": .unchanged, "failed": .failed, "skipped": .skipped, "pinned": .pinned,
        "cancelled": .cancelled, "queued": nil, "waiting": nil, "duplicate": nil,
    ]
    /// nginx's times are whole seconds, and the ledger's times are taken a moment before nginx's.
    private static let slack: TimeInterval = 2

    /// How many lines without their delivery wait for the end of the log.
    private static let keptLines = 10_000

    private(set) var ledger: AuditLedger
    /// Lines whose deliveries may be in the ledger under other ids. Later lines may have those ids.
    private var doubtful: [AccessLogLine] = []
    /// The times of requests without an answer of Bellpull. Their deliveries may be in the ledger, and their lines have no ids.
    private var unanswered: [ClosedRange<Date>] = []

    init(_ ledger: AuditLedger) { self.ledger = ledger }

    /// Compares `line` with the ledger.
    mutating func verdict(on line: AccessLogLine) -> Verdict {
        let deliveries = markLogged(line)
        if line.mayBeUnanswered, unanswered.count < Self.keptLines { unanswered.append(line.arrival...line.time + 1) }
        // A delivery that failed before its sites were known is not recorded.
        guard let outcome = line.outcome, let state = Self.outcomes[outcome], !line.sites.isEmpty
        else {
            return .logOnly
        }
        guard line.time + 1 < ledger.taken else { return .newerThanLedger }
        // The ledger may have the delivery of an older line, if the forge has sent the delivery again.
        guard line.time + 1 > ledger.extent.beginning else { return .olderThanLedger }
        let verdict = verdict(on: line, outcome, state, deliveries)
        if case .disagrees = verdict, line.arrival < ledger.extent.beginning { return .olderThanLedger }
        return verdict
    }

    /// Notes that the log has a line of the delivery, and returns the deliveries with its id.
    @discardableResult
    mutating func markLogged(_ line: AccessLogLine) -> [Int] {
        let deliveries = ledger.deliveries(withID: line.delivery)
        for delivery in deliveries { ledger.markLogged(delivery) }
        return deliveries
    }

    private mutating func verdict(
        on line: AccessLogLine, _ outcome: String, _ state: DeploymentRecord.State?, _ deliveries: [Int]
    ) -> Verdict {
        guard !deliveries.isEmpty else { return verdictOnUnknown(line, outcome) }
        if let state, state.isSuccess, isPlainSuccess(line, deliveries) { return .agrees }
        let deployments = deliveries.flatMap { ledger.deployments(askedBy: $0) }
            .filter { line.sites.contains($0.site) }
        let missing = line.sites.filter { site in !deployments.contains { $0.site == site } }
        guard missing.isEmpty || outcome == "duplicate" else {
            let message = "the ledger has the delivery, but no deployment of \(missing.joined(separator: ",")) for it"
            return .disagrees(Disagreement(.noDeployment, message, line))
        }
        guard !deployments.isEmpty else { return .agrees }
        if let state, let problem = contradiction(line, state, deployments) { return .disagrees(problem) }
        return line.isAccepted && outcome != "failed" ? liveness(line, deployments) : .agrees
    }

    /// Whether the delivery asked for one deployment of one site, and the deployment brought the site to the commit. Most lines
    /// are of this kind. Only a shorter way to the same verdict.
    private func isPlainSuccess(_ line: AccessLogLine, _ deliveries: [Int]) -> Bool {
        guard deliveries.count == 1 else { return false }
        var deployments = ledger.deployments(askedBy: deliveries[0]).makeIterator()
        guard let deployment = deployments.next(), deployments.next() == nil else { return false }
        return deployment.site == line.site && deployment.state.isSuccess && line.isAccepted
            && (line.commit.map(AuditLedger.hash) ?? deployment.commit) == deployment.commit
    }

    /// Returns the verdict on a delivery whose id is not in the ledger. The forge may have sent no id. Or it sent the same body
    /// before, under another id: then the ledger has a deployment, and another line of the log has the other id.
    private mutating func verdictOnUnknown(_ line: AccessLogLine, _ outcome: String) -> Verdict {
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
        if isKnown {
            // The ledger keeps the first id of a duplicate.
            if outcome != "duplicate" { noteDoubt(about: line) }
            return .agrees
        }
        let message = "answered \(outcome), but the ledger does not have the delivery"
        return .disagrees(Disagreement(.notInLedger, message, line))
    }

    /// Keeps a line if its delivery may be in the ledger under an id that no forge has sent.
    private mutating func noteDoubt(about line: AccessLogLine) {
        guard line.delivery != nil else {
            // The forge sends no ids, and the delivery has none in the ledger.
            let delivery = ledger.unloggedDelivery(to: line.sites, from: line.arrival, to: line.time + 1, withID: false)
            if let delivery { ledger.markLogged(delivery) }
            return
        }
        guard doubtful.count < Self.keptLines, ledger.unloggedDelivery(of: line) != nil else { return }
        doubtful.append(line)
    }

    /// Returns the deliveries with different ids in the ledger and in the log. Call this at the end of the log.
    mutating func changedDeliveries() -> [Disagreement] {
        guard unanswered.count < Self.keptLines else { return [] }
        var found: [Disagreement] = []
        for line in doubtful where line.arrival >= ledger.extent.beginning {
            guard let delivery = ledger.unloggedDelivery(of: line) else { continue }
            let received = ledger.received(delivery)
            guard !unanswered.contains(where: { $0.contains(received) }) else { continue }
            ledger.markLogged(delivery)
            let message = "answered \(line.outcome ?? ""), but the ledger has the delivery under another id"
            found.append(Disagreement(.otherDelivery, message, line))
        }
        doubtful = []
        return found
    }

    /// Compares the result in the reply with the results in the ledger.
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
        let known = last.state.isSuccess && state.isSuccess ? "another commit" : last.state.rawValue
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
    /// When the request began, or up to a second earlier: nginx's times are whole seconds.
    var arrival: Date { time - requestTime / .seconds(1) }

    /// Whether Bellpull may have got the request without answering it. The web server's own 4xx answers come before it asks
    /// Bellpull, except after the client is gone (408, 499).
    fileprivate var mayBeUnanswered: Bool {
        outcome == nil && method == "POST"
            && status.map { !(400..<500).contains($0) || [408, 499].contains($0) } ?? true
    }
}

extension AuditLedger {
    /// Returns a delivery to one of the sites of `line` without a line in the log, received while the request of `line` ran.
    fileprivate func unloggedDelivery(of line: AccessLogLine) -> Int? {
        unloggedDelivery(to: line.sites, from: line.arrival, to: line.time + 1)
    }
}
