/// Verifies the chain of receipts of one host. A plain struct: the caller passes the links in the order of their numbers.
///
/// A row that was pruned is no fault: its number is at most that of the anchor.
public struct ChainVerification: Sendable {
    /// A deviation, which only a change outside of Bellpull can cause.
    public enum Fault: Sendable, Equatable {
        /// The row of the deployment is not as it was when the deployment finished.
        case changed(DeploymentRecord.ID)
        /// The row of the deployment is gone.
        case removed(DeploymentRecord.ID)
        /// The rows with these places in the chain are gone, and their deployments with them. The second value is the first
        /// deployment after the gap.
        case gap(ClosedRange<Int64>, before: DeploymentRecord.ID)
        /// The receipt before the deployment is not the one that the row names: the receipt of one of both was changed.
        case broken(DeploymentRecord.ID)
        /// The finished deployment has no receipt: the row, or its receipt, was written by somebody else.
        case unsealed(DeploymentRecord.ID)
    }

    /// The faults found so far, in the order of the chain.
    public private(set) var faults: [Fault] = []
    /// How many receipts were verified.
    public private(set) var verified = 0
    /// The newest link so far.
    public private(set) var end: ChainLink.End

    private let extent: LedgerExtent
    private var last = ChainLink.End.none

    /// Creates a verification of a ledger with `extent`.
    public init(_ extent: LedgerExtent) {
        self.extent = extent
        end = extent.anchor
    }

    /// Takes the next link.
    ///
    /// - Parameter record: the deployment with its output; `nil` if the row cannot be read.
    public mutating func add(_ link: ChainLink, _ record: DeploymentRecord?) {
        checkPlace(of: link)
        if let record, Receipt(of: record, number: link.number, after: link.previous) == link.receipt {
            verified += 1
        } else {
            faults.append(.changed(link.deployment))
        }
    }

    /// Takes a link whose deployment is gone.
    public mutating func addOrphan(_ link: ChainLink) {
        checkPlace(of: link)
        faults.append(.removed(link.deployment))
    }

    /// Takes a deployment without a link.
    public mutating func addUnchained(_ id: DeploymentRecord.ID, isFinished: Bool) {
        if isFinished, id > extent.lastUnchained { faults.append(.unsealed(id)) }
    }

    private mutating func checkPlace(of link: ChainLink) {
        let before = link.number - 1
        if before == last.number {
            if link.previous != last.receipt { faults.append(.broken(link.deployment)) }
        } else if before == extent.anchor.number {
            if link.previous != extent.anchor.receipt { faults.append(.broken(link.deployment)) }
        } else if before > extent.anchor.number {
            faults.append(.gap(max(last.number, extent.anchor.number) + 1...before, before: link.deployment))
        }
        last = ChainLink.End(number: link.number, receipt: link.receipt)
        if last.number > end.number { end = last }
    }
}
