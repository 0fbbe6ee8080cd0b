public import Foundation

/// The primitive operations of a store within one transaction.
public protocol LedgerTransaction {
    /// The number of a delivery in the store.
    typealias DeliveryID = Int64

    // MARK: Deliveries

    /// Returns the recent delivery with the forge's id `id` for the repository.
    func recentDelivery(forgeID: String, forge: String, repository: String) throws -> DeliveryID?

    /// Returns the delivery whose body has the given digest.
    func delivery(withDigest digest: Data) throws -> DeliveryID?

    /// Inserts a delivery, and returns its id; `nil` if the store has a delivery with the same digest.
    func insert(_ delivery: DeliveryRecord, on host: String) throws -> DeliveryID?

    /// Records that `delivery` asked `deployment` for `target`. Does nothing if the link is recorded already.
    func link(_ delivery: DeliveryID, to deployment: DeploymentRecord.ID, _ target: DeploymentRecord.Target) throws

    /// Links the deliveries of one deployment to another deployment too.
    func copyLinks(from old: DeploymentRecord.ID, to new: DeploymentRecord.ID) throws

    /// Returns the newest deployment of `site` requested by `delivery` to reach `commit`, and its state.
    func latestDeployment(
        for delivery: DeliveryID, of site: SiteOnHost, at commit: String
    ) throws -> (id: DeploymentRecord.ID, state: DeploymentRecord.State)?

    // MARK: Deployments

    /// Returns the newest deployment of `site`, finished or not, and its state.
    func newestDeployment(of site: SiteOnHost) throws -> (id: DeploymentRecord.ID, state: DeploymentRecord.State)?

    /// Returns the queued deployment of `site` with the given order.
    func queuedDeployment(of site: SiteOnHost, _ order: Order) throws -> DeploymentRecord.ID?

    /// Returns the oldest queued deployment of `site`.
    func oldestQueuedDeployment(of site: SiteOnHost) throws -> DeploymentRecord.ID?

    /// Returns the running deployment of `site`.
    func runningDeployment(of site: SiteOnHost) throws -> DeploymentRecord.ID?

    /// Inserts a queued deployment. A site has at most one queued deployment per order.
    func insertQueued(_ site: SiteOnHost, _ work: QueuedWork, at time: Date) throws -> DeploymentRecord.ID

    /// Inserts a finished, unchanged deployment with no duration. Of `target`, the row has the ref and the commit.
    func insertUnchanged(
        _ site: SiteOnHost, _ target: DeploymentRecord.Target, cause: DeploymentRecord.Cause, at time: Date
    ) throws -> DeploymentRecord.ID

    /// Replaces the target of a deployment.
    func setTarget(of id: DeploymentRecord.ID, to target: DeploymentRecord.Target) throws

    /// Returns the waiting deployment of `site` with this order.
    func waitingDeployment(of site: SiteOnHost, _ order: Order) throws -> DeploymentRecord.ID?

    /// Returns the oldest waiting deployment of `site` with a next try at `time` or before.
    func dueDeployment(of site: SiteOnHost, at time: Date) throws -> DeploymentRecord.ID?

    /// Marks a waiting deployment as queued, with all its tries ahead.
    func requeue(_ id: DeploymentRecord.ID) throws

    /// Returns how often a deployment has waited for the remote.
    func tries(of id: DeploymentRecord.ID) throws -> Int

    /// Marks a running deployment as waiting and counts the try. Returns false if the deployment was not running.
    func markWaiting(
        _ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, until nextTry: Date
    ) throws -> Bool

    /// Moves the next try of all waiting deployments of `site` forward to `time`. Returns how many there are.
    func makeDue(_ site: SiteOnHost, at time: Date) throws -> Int

    /// Marks a queued or waiting deployment as running. A site has at most one running deployment.
    func markRunning(_ id: DeploymentRecord.ID, at time: Date) throws

    /// Marks a running deployment as finished. Returns false if the deployment was not running.
    func markFinished(
        _ id: DeploymentRecord.ID, _ state: DeploymentRecord.State, _ conclusion: DeploymentRecord.Conclusion,
        at time: Date
    ) throws -> Bool

    /// Marks a queued or waiting deployment as failed without a run. Does nothing if the deployment has started.
    /// Returns false then.
    func markRejected(_ id: DeploymentRecord.ID, _ failure: Failure, at time: Date) throws -> Bool

    /// Returns the request behind a deployment; `nil` if the deployment is unknown.
    func work(of id: DeploymentRecord.ID) throws -> (site: SiteOnHost, work: QueuedWork)?

    /// Returns how many deliveries are linked to a deployment, and up to eight of their different targets, newest first.
    func announcements(
        for id: DeploymentRecord.ID
    ) throws -> (deliveries: Int, targets: [DeploymentRecord.Target])

    /// Returns the forge of the newest delivery linked to a deployment, and the forge's id of the delivery.
    func newestDelivery(of id: DeploymentRecord.ID) throws -> StartedDeployment.Delivery?

    // MARK: Receipts

    /// Returns a deployment with its output; `nil` if the id is unknown.
    func deployment(_ id: DeploymentRecord.ID) throws -> DeploymentRecord?

    /// Returns the end of the chain of receipts of `host`, which may be pruned.
    func endOfChain(on host: String) throws -> ChainLink.End

    /// Adds a link to the chain of receipts of `host`.
    func insert(_ link: ChainLink, on host: String) throws

    // MARK: Pruning. Notes how far the ledger reaches back afterwards (`LedgerExtent`).

    /// Deletes up to `limit` finished deployments older than `time` or not among the newest `count`. Keeps the last
    /// finished deployment of each site. Returns the number of deleted rows.
    func pruneDeployments(before time: Date, keeping count: Int, limit: Int) throws -> Int

    /// Deletes up to `limit` deliveries likewise. Keeps the deliveries of unfinished deployments and, unless there are more
    /// than `count`, of deployments queued after `time`: such a delivery was sent again.
    func pruneDeliveries(before time: Date, keeping count: Int, limit: Int) throws -> Int

    /// Forgets the forge's id of up to `limit` deliveries beyond the newest `count`.
    func forgetForgeIDs(keeping count: Int, limit: Int) throws

    // MARK: Notices

    /// Returns the sites of `host` that send notices, and how far the deployments have been read.
    func noticePosition(on host: String) throws -> NoticePosition

    /// Lets `site` send notices about the deployments with receipts after `number`.
    func insertNoticeSite(_ site: SiteOnHost, since number: Int64) throws

    /// Notes that all deployments of `host` up to the receipt `number` have been read.
    func setNoticePosition(on host: String, to number: Int64) throws

    /// Removes `site` from the sites that send notices, and removes all its notices.
    func removeNotices(of site: SiteOnHost) throws

    /// Removes the notices of a kind about `subject`.
    func removeNotices(of site: SiteOnHost, _ kind: PendingNotice.Kind, about subject: String) throws

    /// Inserts a notice that is due at `time`.
    func insert(_ notice: PendingNotice.Draft, on host: String, at time: Date) throws

    /// Removes all but the newest `count` notices of a kind. Returns the number of removed notices.
    func trimNotices(of site: SiteOnHost, _ kind: PendingNotice.Kind, keeping count: Int) throws -> Int

    /// Moves the next try of all notices of a kind forward to `time`.
    func makeNoticesDue(_ site: SiteOnHost, _ kind: PendingNotice.Kind, at time: Date) throws

    /// Removes a notice. Does nothing if the notice is gone.
    func removeNotice(_ id: PendingNotice.ID) throws

    /// Counts a failed try of a notice, and sets the time of the next.
    func postponeNotice(_ id: PendingNotice.ID, until nextTry: Date) throws
}
