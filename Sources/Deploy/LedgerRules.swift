internal import Foundation
internal import Git

/// The rules of the ledger, within one transaction of any store:
///
/// - A delivery is a duplicate if its body, or its id at the forge, was recorded before.
/// - Deployments of one site with equal orders merge while they are queued.
/// - The work of an interrupted deployment is queued again.
/// - A deployment whose remote lags waits and is tried again. A new request for the site ends the wait.
/// - A finished deployment gets a receipt, within the transaction that finishes it.
struct LedgerRules: LedgerWriter {
    let transaction: any LedgerTransaction
    /// The host of the deployed sites.
    let host: String
    /// The end of the chain of receipts, when it has been read. Other processes add nothing during the transaction.
    private let chain = Chain()

    private final class Chain {
        var end: ChainLink.End?
    }

    init(transaction: any LedgerTransaction, host: String) {
        (self.transaction, self.host) = (transaction, host)
    }

    /// How many deliveries are also known by the forge's id. Forges repeat a delivery within hours.
    private static let recentDeliveries = 20_000

    /// The times between the tries of a deployment whose remote lags.
    static let tryIntervals: [Duration] = [1, 2, 5, 10, 30, 60].map { .seconds($0) }

    private func onHost(_ site: String) -> SiteOnHost { SiteOnHost(name: site, host: host) }

    // MARK: Deliveries

    func record(_ delivery: DeliveryRecord, for sites: [DeliveryTarget]) throws -> [Disposition] {
        if let forgeID = delivery.forgeID,
            let known = try transaction.recentDelivery(
                forgeID: forgeID, forge: delivery.forge, repository: delivery.repository)
        {
            return try sites.map { try disposition(of: known, isKnown: true, at: $0, delivery.received) }
        }
        if let new = try transaction.insert(delivery, on: host) {
            return try sites.map { try disposition(of: new, isKnown: false, at: $0, delivery.received) }
        }
        guard let known = try transaction.delivery(withDigest: delivery.digest) else {
            throw LedgerError("the ledger refuses a delivery and does not know its body", isOfEntry: true)
        }
        return try sites.map { try disposition(of: known, isKnown: true, at: $0, delivery.received) }
    }

    /// Decides the disposition at a site. A delivery needs no work only if the site is exactly at the announced commit now:
    /// what the ledger remembers of earlier deployments does not tell where the site is.
    private func disposition(
        of delivery: LedgerTransaction.DeliveryID, isKnown: Bool, at target: DeliveryTarget, _ received: Date
    ) throws -> Disposition {
        let site = onHost(target.name)
        // The forge's id is not verified, so a known delivery is the same only if the announced commit is the same.
        let earlier =
            isKnown
            ? try transaction.latestDeployment(for: delivery, of: site, at: target.target.commit.description) : nil
        if let earlier, earlier.state == .queued || earlier.state == .running { return .awaits(earlier.id) }
        // A running deployment may fail or be followed by another: its result decides.
        if try !isUnfinished(site), target.isAtCommit() {
            guard earlier == nil else { return .duplicate }
            let deployment = try insertUnchanged(site, target.target, cause: .push, at: received)
            try transaction.link(delivery, to: deployment, target.target)
            return .unchanged
        }
        let deployment = try queue(target.name, .follow, cause: .push, target: target.target, at: received)
        try transaction.link(delivery, to: deployment, target.target)
        return .awaits(deployment)
    }

    private func isUnfinished(_ site: SiteOnHost) throws -> Bool {
        try transaction.oldestQueuedDeployment(of: site) != nil || transaction.runningDeployment(of: site) != nil
    }

    // MARK: Deployments

    func queue(
        _ site: String, _ order: Order, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?, at time: Date
    ) throws -> DeploymentRecord.ID {
        var queued = try transaction.queuedDeployment(of: onHost(site), order)
        if queued == nil, let waiting = try transaction.waitingDeployment(of: onHost(site), order) {
            try transaction.requeue(waiting)
            queued = waiting
        }
        guard let queued else {
            return try transaction.insertQueued(
                onHost(site), QueuedWork(order, cause: cause, target: target), at: time)
        }
        if let target { try transaction.setTarget(of: queued, to: target) }
        return queued
    }

    func recordUnchanged(
        _ site: String, _ target: DeploymentRecord.Target, cause: DeploymentRecord.Cause, at time: Date
    ) throws -> DeploymentRecord.ID? {
        guard try transaction.newestDeployment(of: onHost(site))?.state == .failed else { return nil }
        return try insertUnchanged(onHost(site), target, cause: cause, at: time)
    }

    /// Inserts an unchanged deployment with its receipt. Reading the row again would cost more than writing it.
    private func insertUnchanged(
        _ site: SiteOnHost, _ target: DeploymentRecord.Target, cause: DeploymentRecord.Cause, at time: Date
    ) throws -> DeploymentRecord.ID {
        let id = try transaction.insertUnchanged(site, target, cause: cause, at: time)
        let known = DeploymentRecord.Target(ref: target.ref, commit: target.commit)
        try seal(
            DeploymentRecord(
                id: id, site: site, cause: cause, state: .unchanged, target: known, commit: target.commit,
                queued: time, started: time, ended: time, duration: .zero, failure: nil, deliveries: 0, output: ""))
        return id
    }

    func start(_ site: String, at time: Date) throws -> StartedDeployment? {
        if let abandoned = try transaction.runningDeployment(of: onHost(site)) {
            _ = try finish(abandoned, DeploymentRecord.Conclusion(.interrupted), at: time)
            try queueAgainIfManual(abandoned, at: time)
        }
        guard let next = try next(at: onHost(site), time) else { return nil }
        try transaction.markRunning(next, at: time)
        return try started(next)
    }

    private func next(at site: SiteOnHost, _ time: Date) throws -> DeploymentRecord.ID? {
        let candidates = [
            try transaction.oldestQueuedDeployment(of: site), try transaction.dueDeployment(of: site, at: time),
        ]
        return candidates.compactMap(\.self).min()
    }

    func finish(
        _ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, at time: Date
    ) throws -> FinishedState {
        var conclusion = conclusion
        if case .waiting(let missing) = conclusion.result {
            let tries = try transaction.tries(of: id)
            if tries < Self.tryIntervals.count { return try wait(id, conclusion, Self.tryIntervals[tries], time) }
            conclusion = conclusion.failed(
                Failure(
                    "the remote never showed \(missing)", hint: "catch-up deploys the commit once the remote shows it"))
        }
        let state = DeploymentRecord.State(conclusion.result)
        // Another holder of the lock may have finished the deployment since.
        guard try transaction.markFinished(id, state, conclusion, at: time) else {
            return FinishedState(conclusion.result)
        }
        try seal(id)
        if state == .interrupted { try queueAgain(id, at: time) }
        guard conclusion.result.commit != nil, let (site, _) = try transaction.work(of: id) else {
            return FinishedState(conclusion.result)
        }
        // The site has moved: a waiting deployment may be at its commit now.
        let isDue = try transaction.makeDue(site, at: time) > 0
        return FinishedState(conclusion.result, nextTry: isDue ? .zero : nil)
    }

    private func wait(
        _ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, _ interval: Duration, _ time: Date
    ) throws -> FinishedState {
        _ = try transaction.markWaiting(id, conclusion, until: time + interval / .seconds(1))
        return FinishedState(conclusion.result, nextTry: interval)
    }

    func reject(_ site: String, _ failure: Failure, at time: Date) throws -> StartedDeployment? {
        guard let next = try next(at: onHost(site), time) else { return nil }
        let started = try started(next)
        if try transaction.markRejected(next, failure, at: time) { try seal(next) }
        return started
    }

    func withdraw(_ id: DeploymentRecord.ID, _ failure: Failure, at time: Date) throws {
        guard let (_, work) = try transaction.work(of: id), work.cause == .command,
            try transaction.announcements(for: id).deliveries == 0
        else { return }
        if try transaction.markRejected(id, failure, at: time) { try seal(id) }
    }

    // MARK: Receipts

    func newestReceipt() throws -> Receipt? {
        let end = try endOfChain()
        return end.number == 0 ? nil : end.receipt
    }

    private func endOfChain() throws -> ChainLink.End {
        if let end = chain.end { return end }
        let end = try transaction.endOfChain(on: host)
        chain.end = end
        return end
    }

    /// Adds the receipt of a finished deployment to the chain of the host.
    private func seal(_ id: DeploymentRecord.ID) throws {
        if let record = try transaction.deployment(id) { try seal(record) }
    }

    private func seal(_ record: DeploymentRecord) throws {
        let end = try endOfChain()
        let number = end.number + 1
        guard let receipt = Receipt(of: record, number: number, after: end.receipt) else {
            throw LedgerError("OpenSSL cannot compute SHA-256")
        }
        let link = ChainLink(deployment: record.id, number: number, previous: end.receipt, receipt: receipt)
        try transaction.insert(link, on: host)
        chain.end = ChainLink.End(number: number, receipt: receipt)
    }

    func makeDue(_ site: String, at time: Date) throws { _ = try transaction.makeDue(onHost(site), at: time) }

    /// Queues the work of a manual deployment again whose process was killed, or died with a power failure. Nobody may
    /// have seen that, and the site may be half deployed.
    private func queueAgainIfManual(_ id: DeploymentRecord.ID, at time: Date) throws {
        guard let (site, work) = try transaction.work(of: id), work.cause == .command, work.order == .follow,
            try transaction.queuedDeployment(of: site, work.order) == nil
        else { return }
        _ = try transaction.insertQueued(site, work, at: time)
    }

    /// Queues the work of an interrupted deployment, or leaves the work to the queued deployment with the same order.
    private func queueAgain(_ id: DeploymentRecord.ID, at time: Date) throws {
        guard let (site, work) = try transaction.work(of: id) else { return }
        // After a manual request, the person has seen the interruption and asks again.
        guard try work.cause != .command || transaction.announcements(for: id).deliveries > 0 else { return }
        let queued =
            try transaction.queuedDeployment(of: site, work.order)
            ?? transaction.insertQueued(site, work, at: time)
        try transaction.copyLinks(from: id, to: queued)
    }

    private func started(_ id: DeploymentRecord.ID) throws -> StartedDeployment? {
        guard let (_, work) = try transaction.work(of: id) else { return nil }
        let (deliveries, targets) = try transaction.announcements(for: id)
        // After a manual request, the person wants to see the deployment run.
        let isManual = work.cause == .command
        let unlinked = work.target.map { targets.contains($0) ? [] : [$0] } ?? []
        let announced = isManual ? [] : unlinked + targets
        return StartedDeployment(
            id: id, order: work.order, announced: announced, cause: work.cause, deliveries: deliveries,
            delivery: deliveries > 0 ? try transaction.newestDelivery(of: id) : nil)
    }

    // MARK: Pruning

    func prune(before time: Date, keeping count: Int, limit: Int) throws -> Int {
        let deployments = try transaction.pruneDeployments(before: time, keeping: count, limit: limit)
        let deliveries = try transaction.pruneDeliveries(before: time, keeping: count, limit: limit)
        try transaction.forgetForgeIDs(keeping: Self.recentDeliveries, limit: 10 * limit)
        return deployments + deliveries
    }
}

extension DeploymentRecord.State {
    /// The final state of a deployment with the given `result`.
    fileprivate init(_ result: DeploymentResult) {
        switch result {
        case .waiting: self = .waiting
        case .deployed: self = .deployed
        case .unchanged: self = .unchanged
        case .skipped: self = .skipped
        case .pinned: self = .pinned
        case .cancelled: self = .cancelled
        case .failed: self = .failed
        case .interrupted: self = .interrupted
        }
    }
}
