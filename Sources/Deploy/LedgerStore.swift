public import Foundation

/// The storage of a ledger. A store has primitive operations only. The rules (duplicates, merging, queueing again) are
/// in `LedgerRules` and hold for every store. `LedgerContractTests` tests every store.
public protocol LedgerStore: Sendable {
    /// Runs `body` in one transaction, and returns when all writes of `body` are durable.
    func write<Result>(_ body: (any LedgerTransaction) throws -> Result) throws(LedgerError) -> Result

    /// Returns the sites of `host` with queued, running or waiting deployments.
    func unfinishedSites(on host: String) throws(LedgerError) -> Set<String>

    /// Returns the sites of `host` with waiting deployments, and the time of the next try of each.
    func nextTries(on host: String) throws(LedgerError) -> [String: Date]

    /// Returns a deployment with its output; `nil` if the id is unknown.
    func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord?

    /// Returns the newest deployments on `host`, newest first and without their output.
    ///
    /// - Parameters:
    ///   - site: the site; `nil` for all sites.
    ///   - id: the number below which the deployments are; `nil` for the newest deployments.
    func deployments(
        of site: String?, on host: String, before id: DeploymentRecord.ID?, limit: Int
    ) throws(LedgerError) -> [DeploymentRecord]

    /// Returns the newest finished deployment of each site on `host`, and all unfinished deployments, oldest first.
    func latestDeployments(on host: String) throws(LedgerError) -> [DeploymentRecord]

    /// Returns when a delivery to `hook` was last verified by the previous secret; `nil` if never.
    func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date?

    /// Returns how far the ledger reaches back.
    func extent(on host: String) throws(LedgerError) -> LedgerExtent

    /// Passes the rows of `host` to `body`, as they are at one moment, after the extent of the ledger: the deployments, then the
    /// deliveries in the order of their numbers, then the requests, those of one delivery one after the other.
    ///
    /// - Parameter verifying: whether the deployments come with their receipts and their output: in the order of their receipts,
    ///   and then those without a receipt. Otherwise the deployments come in the order of their numbers, with neither.
    func read(
        on host: String, verifying: Bool, _ body: (LedgerExtent, LedgerEntry) -> Void
    ) throws(LedgerError) -> LedgerExtent

    /// Returns the newest hundred deployments that deliveries with this id of the forge asked for, newest first and without
    /// their output. May take as long as reading all deliveries.
    func deployments(askedByDelivery forgeID: String, on host: String) throws(LedgerError) -> [DeploymentRecord]

    /// Returns the oldest deliveries that asked for a deployment, eight at most.
    func deliveries(of deployment: DeploymentRecord.ID) throws(LedgerError) -> [LiveDeployment.Delivery]

    /// Returns what was live at `time` at each site of `host`, sorted by name. Sites without a deployment before are left out.
    ///
    /// - Parameter site: the site; `nil` for all sites.
    func liveDeployments(at time: Date, of site: String?, on host: String) throws(LedgerError) -> [LiveDeployment]

    /// Returns the sites of `host` that send notices, and how far the deployments have been read.
    func noticePosition(on host: String) throws(LedgerError) -> NoticePosition

    /// Returns the deployments on `host` that finished after the receipt `number`, in the order of their receipts.
    func finishedDeployments(
        on host: String, after number: Int64, limit: Int
    ) throws(LedgerError) -> [NumberedDeployment]

    /// Returns the running deployments on `host`, without their output.
    func runningDeployments(on host: String) throws(LedgerError) -> [DeploymentRecord]

    /// Returns the state of the last deployment of `site` that finished as deployed, unchanged or failed between two receipts.
    func stateBefore(_ number: Int64, since: Int64, of site: SiteOnHost) throws(LedgerError) -> DeploymentRecord.State?

    /// Returns the oldest notice of each site and kind on `host`, without the text.
    func nextNotices(on host: String) throws(LedgerError) -> [PendingNotice]

    /// Returns a notice with its text; `nil` if the id is unknown.
    func notice(_ id: PendingNotice.ID) throws(LedgerError) -> PendingNotice?
}
