public import Foundation

/// Where a ledger is stored. A store has primitive operations only; the rules (what is a duplicate, what merges, what is
/// queued again) are in `LedgerRules` and hold for every store. `LedgerContractTests` tests every store.
public protocol LedgerStore: Sendable {
    /// Runs `body` in one transaction, and returns when everything that `body` wrote is durable.
    func write<Result>(_ body: (any LedgerTransaction) throws -> Result) throws(LedgerError) -> Result

    /// Returns the sites of `host` that have deployments queued or running.
    func unfinishedSites(on host: String) throws(LedgerError) -> Set<String>

    /// Returns a deployment with its output; `nil` if there is none with this id.
    func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord?

    /// Returns the newest deployments on `host`, newest first and without their output.
    ///
    /// - Parameter site: the site; `nil` for all sites.
    func deployments(of site: String?, on host: String, limit: Int) throws(LedgerError) -> [DeploymentRecord]

    /// Returns the newest finished deployment of each site on `host`, and all unfinished ones, oldest first.
    func latestDeployments(on host: String) throws(LedgerError) -> [DeploymentRecord]

    /// Returns when a delivery to `hook` was last verified by the previous secret; `nil` if never.
    func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date?
}
