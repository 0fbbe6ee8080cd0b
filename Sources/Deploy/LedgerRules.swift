internal import Foundation
internal import Git

/// The rules of the ledger, within one transaction of any store:
///
/// - A delivery is a duplicate if its body, or its id at the forge, was recorded before.
/// - Deployments of one site with equal orders merge while they are queued.
/// - The work of an interrupted deployment is queued again.
struct LedgerRules: LedgerWriter {
    let transaction: any LedgerTransaction
    /// The host of the deployed sites.
    let host: String

    /// How many deliveries are also known by the forge's id. Forges repeat a delivery within hours.
    private static let recentDeliveries = 20_000

    private func onHost(_ site: String) -> SiteOnHost { SiteOnHost(name: site, host: host) }

    // MARK: Deliveries

    func record(_ delivery: DeliveryRecord, for sites: [DeliveryTarget]) throws -> [Disposition] {
        if let forgeID = delivery.forgeID,
            let known = try transaction.recentDelivery(
                forgeID: forgeID, forge: delivery.forge, repository: delivery.repository)
        {
            return try sites.map { try repeated(known, at: $0, received: delivery.received) }
        }
        if let new = try transaction.insert(delivery, on: host) {
            return try sites.map { try first(new, at: $0, received: delivery.received) }
        }
        guard let known = try transaction.delivery(withDigest: delivery.digest) else {
            throw LedgerError("the ledger refuses a delivery and does not know its body", isOfEntry: true)
        }
        return try sites.map { try repeated(known, at: $0, received: delivery.received) }
    }

    /// Decides the disposition at a site on the first request by the delivery.
    private func first(
        _ delivery: LedgerTransaction.DeliveryID, at target: DeliveryTarget, received: Date
    ) throws -> Disposition {
        let site = onHost(target.name)
        // A running deployment may fail or be followed by another: its result decides.
        if target.isAtCommit, try !isUnfinished(site) {
            let deployment = try transaction.insertUnchanged(site, target.target, cause: .push, at: received)
            try transaction.link(delivery, to: deployment, target.target)
            return .unchanged
        }
        let deployment = try queue(target.name, .follow, cause: .push, target: target.target, at: received)
        try transaction.link(delivery, to: deployment, target.target)
        return .awaits(deployment)
    }

    /// Decides the disposition at a site if the delivery was recorded before. The forge's id is not verified, so the
    /// delivery is the same only if the announced commit is the same.
    private func repeated(
        _ delivery: LedgerTransaction.DeliveryID, at target: DeliveryTarget, received: Date
    ) throws -> Disposition {
        let commit = target.target.commit.description
        guard
            let latest = try transaction.latestDeployment(for: delivery, of: onHost(target.name), at: commit)
        else { return try first(delivery, at: target, received: received) }
        switch latest.state {
        case .queued, .running: return .awaits(latest.id)
        case .deployed, .unchanged: return .duplicate
        case .failed, .interrupted: return try first(delivery, at: target, received: received)
        }
    }

    private func isUnfinished(_ site: SiteOnHost) throws -> Bool {
        try transaction.oldestQueuedDeployment(of: site) != nil || transaction.runningDeployment(of: site) != nil
    }

    // MARK: Deployments

    func queue(
        _ site: String, _ order: Order, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?, at time: Date
    ) throws -> DeploymentRecord.ID {
        guard let queued = try transaction.queuedDeployment(of: onHost(site), order) else {
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
        return try transaction.insertUnchanged(onHost(site), target, cause: cause, at: time)
    }

    func start(_ site: String, at time: Date) throws -> StartedDeployment? {
        if let abandoned = try transaction.runningDeployment(of: onHost(site)) {
            try finish(abandoned, DeploymentRecord.Conclusion(.interrupted), at: time)
        }
        guard let queued = try transaction.oldestQueuedDeployment(of: onHost(site)) else { return nil }
        try transaction.markRunning(queued, at: time)
        return try started(queued)
    }

    func finish(_ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, at time: Date) throws {
        let state = DeploymentRecord.State(conclusion.result)
        // Another holder of the lock may have finished the deployment since.
        guard try transaction.markFinished(id, state, conclusion, at: time), state == .interrupted else { return }
        try queueAgain(id, at: time)
    }

    func reject(_ site: String, _ failure: Failure, at time: Date) throws -> StartedDeployment? {
        guard let queued = try transaction.oldestQueuedDeployment(of: onHost(site)) else { return nil }
        let started = try started(queued)
        try transaction.markRejected(queued, failure, at: time)
        return started
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
        let (deliveries, commits) = try transaction.announcements(for: id)
        // After a manual request, the person wants to see the deployment run.
        let announced =
            work.cause == .command
            ? [] : Set(commits.compactMap { Commit($0) } + [work.target?.commit].compactMap(\.self))
        return StartedDeployment(
            id: id, order: work.order, announced: announced, cause: work.cause, deliveries: deliveries)
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
        case .deployed: self = .deployed
        case .unchanged: self = .unchanged
        case .failed: self = .failed
        case .interrupted: self = .interrupted
        }
    }
}
