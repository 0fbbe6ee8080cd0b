/// A ledger with the notices about its deployments. `LedgerWriter` has the writes.
public protocol NoticeLedger: Ledger {
    /// Returns the sites that send notices, and how far the deployments have been read.
    func noticePosition() throws(LedgerError) -> NoticePosition

    /// Returns the deployments that finished after the receipt `number`, in the order of their receipts and with their output.
    func finishedDeployments(after number: Int64, limit: Int) throws(LedgerError) -> [NumberedDeployment]

    /// Returns the running deployments, without their output.
    func runningDeployments() throws(LedgerError) -> [DeploymentRecord]

    /// Returns the state of the last deployment of `site` that finished as deployed, unchanged or failed after the receipt
    /// `since` and before the receipt `number`; `nil` if there is none.
    func stateBefore(_ number: Int64, since: Int64, of site: String) throws(LedgerError) -> DeploymentRecord.State?

    /// Returns the oldest notice of each site and kind, without the text.
    func nextNotices() throws(LedgerError) -> [PendingNotice]

    /// Returns a notice with its text; `nil` if the notice is gone.
    func notice(_ id: PendingNotice.ID) throws(LedgerError) -> PendingNotice?
}
