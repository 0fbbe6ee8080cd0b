public import Foundation

/// A ledger whose rules are `LedgerRules`, in any store.
public struct StoredLedger: NoticeLedger {
    private let store: any LedgerStore
    private let host: String

    /// Creates the ledger of the sites on `host`, in `store`.
    public init(_ store: any LedgerStore, host: String) {
        self.store = store
        self.host = host
    }

    /// Runs `body` in one transaction.
    public func write<Result>(_ body: (any LedgerWriter) throws -> Result) throws(LedgerError) -> Result {
        try store.write { try body(LedgerRules(transaction: $0, host: host)) }
    }

    /// Returns the sites with queued, running or waiting deployments.
    public func unfinishedSites() throws(LedgerError) -> Set<String> { try store.unfinishedSites(on: host) }

    /// Returns the sites with waiting deployments, and the time of the next try of each.
    public func nextTries() throws(LedgerError) -> [String: Date] { try store.nextTries(on: host) }

    /// Returns a deployment with its output.
    public func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord? {
        try store.deployment(id)
    }

    /// Returns the newest deployments below the number `id`, newest first.
    public func deployments(
        of site: String?, before id: DeploymentRecord.ID?, limit: Int
    ) throws(LedgerError) -> [DeploymentRecord] {
        try store.deployments(of: site, on: host, before: id, limit: limit)
    }

    /// Returns the newest finished deployment of each site, and all unfinished deployments.
    public func latestDeployments() throws(LedgerError) -> [DeploymentRecord] {
        try store.latestDeployments(on: host)
    }

    /// Returns when a delivery was last verified by only the previous secret of a hook.
    public func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date? {
        try store.lastUseOfPreviousSecret(by: hook)
    }

    /// Returns how far the ledger reaches back.
    public func extent() throws(LedgerError) -> LedgerExtent { try store.extent(on: host) }

    /// Passes the rows of the host to `body`.
    public func read(
        verifying: Bool, _ body: (LedgerExtent, LedgerEntry) -> Void
    ) throws(LedgerError) -> LedgerExtent {
        try store.read(on: host, verifying: verifying, body)
    }

    /// Returns the deployments that a delivery asked for.
    public func deployments(askedByDelivery forgeID: String) throws(LedgerError) -> [DeploymentRecord] {
        try store.deployments(askedByDelivery: forgeID, on: host)
    }

    /// Returns the deliveries that asked for a deployment.
    public func deliveries(of deployment: DeploymentRecord.ID) throws(LedgerError) -> [LiveDeployment.Delivery] {
        try store.deliveries(of: deployment)
    }

    /// Returns what was live at `time`.
    public func liveDeployments(at time: Date, of site: String?) throws(LedgerError) -> [LiveDeployment] {
        try store.liveDeployments(at: time, of: site, on: host)
    }

    /// Returns the sites that send notices, and how far the deployments have been read.
    public func noticePosition() throws(LedgerError) -> NoticePosition { try store.noticePosition(on: host) }

    /// Returns the deployments that finished after the receipt `number`.
    public func finishedDeployments(after number: Int64, limit: Int) throws(LedgerError) -> [NumberedDeployment] {
        try store.finishedDeployments(on: host, after: number, limit: limit)
    }

    /// Returns the running deployments.
    public func runningDeployments() throws(LedgerError) -> [DeploymentRecord] {
        try store.runningDeployments(on: host)
    }

    /// Returns how the site's deployment before the receipt `number` ended.
    public func stateBefore(
        _ number: Int64, since: Int64, of site: String
    ) throws(LedgerError) -> DeploymentRecord.State? {
        try store.stateBefore(number, since: since, of: SiteOnHost(name: site, host: host))
    }

    /// Returns the oldest notice of each site and kind.
    public func nextNotices() throws(LedgerError) -> [PendingNotice] { try store.nextNotices(on: host) }

    /// Returns a notice with its text.
    public func notice(_ id: PendingNotice.ID) throws(LedgerError) -> PendingNotice? { try store.notice(id) }
}
