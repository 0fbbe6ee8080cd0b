public import Foundation

/// The durable record of deliveries and deployments. What it has taken survives the end of the process, whatever that is.
///
/// Several processes may share it, and each finds in it what the others wrote; nothing in it is known to one alone. A
/// deployment is started and ended while its site is held, so that a running one that is found by who holds the site
/// was left by a process that is gone.
public protocol Ledger: Sendable {
    /// Lets `body` write, all of it or nothing, and returns when that is durable.
    ///
    /// - Throws: `LedgerError` if it cannot be written.
    func write<Result>(_ body: (any LedgerWriter) throws -> Result) throws(LedgerError) -> Result

    /// The sites that have deployments queued or running.
    func unfinishedSites() throws(LedgerError) -> Set<String>

    /// A deployment, with its output.
    func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord?

    /// The newest deployments, newest first and without their output: of `site`, or of all if `nil`.
    func deployments(of site: String?, limit: Int) throws(LedgerError) -> [DeploymentRecord]

    /// The newest deployment of each site that is over, and those that are not, oldest first and without their output.
    func latestDeployments() throws(LedgerError) -> [DeploymentRecord]

    /// When a hook last took a delivery that only the previous of its two secrets verified; `nil` if it never did.
    ///
    /// - Parameter hook: the site whose own hook it is, or `nil` for the hook that sites share.
    func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date?
}

/// What can be written to a ledger, within one transaction.
public protocol LedgerWriter {
    /// Records a delivery, and what is to become of it at each of `sites`; in their order.
    ///
    /// A delivery that is there already, by its body or by the forge's id for it, is not recorded again, and deploys
    /// only what it failed to deploy before.
    func record(_ delivery: DeliveryRecord, for sites: [DeliveryTarget]) throws -> [Disposition]

    /// Queues a deployment that no delivery asked for, or returns the one that is queued already.
    func queue(
        _ site: String, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?, at time: Date
    ) throws -> DeploymentRecord.ID

    /// Begins what is queued for `site`, to be called by who holds it. A deployment found running is noted as
    /// interrupted first, and what it was to do is queued again. Returns `nil` if there is nothing to do.
    func start(_ site: String, at time: Date) throws -> StartedDeployment?

    /// Ends a running deployment; one that is `interrupted` is queued again.
    func finish(_ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, at time: Date) throws

    /// Ends what is queued for `site` without having started, as that was impossible; the one that it was.
    func reject(_ site: String, _ failure: Failure, at time: Date) throws -> StartedDeployment?

    /// Deletes up to `limit` rows of what is over and older than `time`, or more than `count` behind the newest, but
    /// never a site's last deployment. Returns how many it deleted.
    func prune(before time: Date, keeping count: Int, limit: Int) throws -> Int
}
