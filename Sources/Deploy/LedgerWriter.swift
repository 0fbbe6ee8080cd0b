public import Foundation

/// The writes to a ledger within one transaction.
public protocol LedgerWriter {
    /// Records a delivery and decides what happens at each of `sites`. Returns the dispositions in the order of `sites`.
    ///
    /// A delivery that was recorded before, with the same body or the same id of the forge, is not recorded again. Its
    /// deployments that failed are queued again.
    func record(_ delivery: DeliveryRecord, for sites: [DeliveryTarget]) throws -> [Disposition]

    /// Queues a deployment that no delivery asked for. Returns the queued deployment with an equal order, if there is one.
    func queue(
        _ site: String, _ order: Order, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?, at time: Date
    ) throws -> DeploymentRecord.ID

    /// Starts the oldest queued deployment of `site`; returns `nil` if there is none. The caller holds the site's lock.
    ///
    /// A deployment that is still running was left by a process that is gone. It is finished as interrupted first, and its
    /// work is queued again.
    func start(_ site: String, at time: Date) throws -> StartedDeployment?

    /// Finishes a running deployment. The work of an interrupted deployment is queued again.
    func finish(_ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, at time: Date) throws

    /// Finishes the oldest queued deployment of `site` as failed, because the deployment could not be started. Returns the
    /// deployment; `nil` if there is none.
    func reject(_ site: String, _ failure: Failure, at time: Date) throws -> StartedDeployment?

    /// Deletes up to `limit` finished rows that are older than `time` or not among the newest `count`. Each site keeps its
    /// last deployment. Returns the number of deleted rows.
    func prune(before time: Date, keeping count: Int, limit: Int) throws -> Int
}
