public import Foundation

/// The durable record of deliveries and deployments. What the ledger has acknowledged survives the end of the process,
/// for whatever reason.
///
/// Several processes may share a ledger, and each finds there what the others wrote. A deployment is started and finished
/// while its site is locked. A process that holds the lock and finds a running deployment therefore knows that the process
/// that ran the deployment is gone.
public protocol Ledger: Sendable {
    /// Runs `body` in one transaction, and returns when everything that `body` wrote is durable.
    ///
    /// - Throws: `LedgerError` if the ledger cannot be written. Nothing is written then.
    func write<Result>(_ body: (any LedgerWriter) throws -> Result) throws(LedgerError) -> Result

    /// Returns the sites of this host that have deployments queued or running.
    func unfinishedSites() throws(LedgerError) -> Set<String>

    /// Returns a deployment with its output; `nil` if the ledger does not have the deployment.
    func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord?

    /// Returns the newest deployments, newest first and without their output.
    ///
    /// - Parameter site: the site; `nil` for all sites.
    func deployments(of site: String?, limit: Int) throws(LedgerError) -> [DeploymentRecord]

    /// Returns the newest finished deployment of each site of this host, and all unfinished ones, oldest first and without
    /// their output.
    func latestDeployments() throws(LedgerError) -> [DeploymentRecord]

    /// Returns when a hook last accepted a delivery that only the previous one of its two secrets verified; `nil` if never.
    ///
    /// - Parameter hook: the site that the hook belongs to; `nil` for the shared hook.
    func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date?
}
