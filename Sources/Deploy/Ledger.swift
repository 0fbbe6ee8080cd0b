public import Foundation

/// The durable record of deliveries and deployments. Acknowledged writes survive the end of the process, for whatever
/// reason.
///
/// Several processes may share a ledger, and each finds the writes of the others. A deployment is started and finished
/// while its site is locked. If the holder of the lock finds a running deployment, the process behind that deployment
/// is therefore gone.
public protocol Ledger: Sendable {
    /// Runs `body` in one transaction, and returns when all writes of `body` are durable.
    ///
    /// - Throws: `LedgerError` if the ledger cannot be written. The transaction then has no effect.
    func write<Result>(_ body: (any LedgerWriter) throws -> Result) throws(LedgerError) -> Result

    /// Returns the sites of the host with queued, running or waiting deployments.
    func unfinishedSites() throws(LedgerError) -> Set<String>

    /// Returns the sites of this host with waiting deployments, and the time of the next try of each.
    func nextTries() throws(LedgerError) -> [String: Date]

    /// Returns a deployment with its output; `nil` if the ledger does not have the deployment.
    func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord?

    /// Returns the newest deployments, newest first and without their output.
    ///
    /// - Parameters:
    ///   - site: the site; `nil` for all sites.
    ///   - id: the number below which the deployments are; `nil` for the newest deployments.
    func deployments(
        of site: String?, before id: DeploymentRecord.ID?, limit: Int
    ) throws(LedgerError) -> [DeploymentRecord]

    /// Returns the newest finished deployment of each site of the host, and all unfinished deployments, oldest first
    /// and without their output.
    func latestDeployments() throws(LedgerError) -> [DeploymentRecord]

    /// Returns when a hook last accepted a delivery verified by only the previous of its two secrets; `nil` if never.
    ///
    /// - Parameter hook: the site of the hook; `nil` for the shared hook.
    func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date?

    /// Returns how far the ledger reaches back.
    func extent() throws(LedgerError) -> LedgerExtent

    /// Passes the rows of the host to `body`, as they are at one moment, after the extent of the ledger: the deployments, then the
    /// deliveries in the order of their numbers, then the requests, those of one delivery one after the other.
    ///
    /// - Parameter verifying: whether the deployments come with their receipts and their output: in the order of their receipts,
    ///   and then those without a receipt. Otherwise the deployments come in the order of their numbers, with neither.
    func read(
        verifying: Bool, _ body: (LedgerExtent, LedgerEntry) -> Void
    ) throws(LedgerError) -> LedgerExtent

    /// Returns the newest hundred deployments that deliveries with this id of the forge asked for, newest first and without
    /// their output.
    func deployments(askedByDelivery forgeID: String) throws(LedgerError) -> [DeploymentRecord]

    /// Returns the oldest deliveries that asked for a deployment, eight at most.
    func deliveries(of deployment: DeploymentRecord.ID) throws(LedgerError) -> [LiveDeployment.Delivery]

    /// Returns what was live at `time` at each site of the host, sorted by name. Sites without a deployment before are left out.
    ///
    /// - Parameter site: the site; `nil` for all sites.
    func liveDeployments(at time: Date, of site: String?) throws(LedgerError) -> [LiveDeployment]
}

extension Ledger {
    /// Returns the newest deployments, newest first and without their output.
    ///
    /// - Parameter site: the site; `nil` for all sites.
    public func deployments(of site: String?, limit: Int) throws(LedgerError) -> [DeploymentRecord] {
        try deployments(of: site, before: nil, limit: limit)
    }
}
