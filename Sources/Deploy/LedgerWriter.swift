public import Foundation

/// The writes to a ledger within one transaction.
public protocol LedgerWriter {
    /// Records a delivery and decides its disposition at each of `sites`. Returns the dispositions in the order of
    /// `sites`.
    ///
    /// A delivery recorded before, with the same body or the same id of the forge, is not recorded again. Its failed
    /// deployments are queued again.
    func record(_ delivery: DeliveryRecord, for sites: [DeliveryTarget]) throws -> [Disposition]

    /// Queues a deployment without a delivery. Returns the queued deployment with an equal order, if one exists.
    func queue(
        _ site: String, _ order: Order, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?, at time: Date
    ) throws -> DeploymentRecord.ID

    /// Records that `site` is at `target` although its newest deployment failed. Does nothing, and returns `nil`, if the
    /// newest deployment is queued, running or did not fail.
    func recordUnchanged(
        _ site: String, _ target: DeploymentRecord.Target, cause: DeploymentRecord.Cause, at time: Date
    ) throws -> DeploymentRecord.ID?

    /// Starts the oldest deployment of `site` that is queued, or waiting and due; returns `nil` if there is none. The
    /// caller holds the site's lock.
    ///
    /// A deployment still recorded as running was left by a vanished process. Such a deployment is first finished as
    /// interrupted, and its work is queued again.
    func start(_ site: String, at time: Date) throws -> StartedDeployment?

    /// Finishes a running deployment. The work of an interrupted deployment is queued again. A deployment whose remote
    /// lags waits for its next try, or fails after the last one.
    @discardableResult
    func finish(
        _ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, at time: Date
    ) throws -> FinishedState

    /// Makes the waiting deployments of `site` due.
    func makeDue(_ site: String, at time: Date) throws

    /// Finishes the oldest deployment of `site` that is queued, or waiting and due, as failed, because the deployment
    /// could not be started. Returns the deployment; `nil` if there is none.
    func reject(_ site: String, _ failure: Failure, at time: Date) throws -> StartedDeployment?

    /// Finishes a queued deployment as failed, unless a delivery also asked for it. Does nothing if the deployment has
    /// started.
    func withdraw(_ id: DeploymentRecord.ID, _ failure: Failure, at time: Date) throws

    /// Returns the receipt of the deployment of the host that finished last; `nil` if none has.
    func newestReceipt() throws -> Receipt?

    /// Deletes up to `limit` finished rows older than `time` or not among the newest `count`. Each site keeps its last
    /// deployment. Returns the number of deleted rows.
    func prune(before time: Date, keeping count: Int, limit: Int) throws -> Int

    /// Lets `sites` send notices about the deployments that finish from now on, unless they do so already. All other sites, except
    /// for `others`, stop, and their waiting notices are removed.
    func followNotices(of sites: Set<String>, keeping others: Set<String>) throws

    /// Adds notices to the queues of their sites.
    ///
    /// - Parameter number: the receipt up to which all finished deployments have been read; `nil` if none was read.
    /// - Returns: how many older notices were dropped, because their queue was full.
    func enqueue(_ notices: [PendingNotice.Draft], readTo number: Int64?, at time: Date) throws -> Int

    /// Removes a notice that was sent or given up. Does nothing if the notice is gone.
    func removeNotice(_ id: PendingNotice.ID) throws

    /// Counts a failed try of a notice. The notice is due again at `time`.
    func postponeNotice(_ id: PendingNotice.ID, until time: Date) throws
}
