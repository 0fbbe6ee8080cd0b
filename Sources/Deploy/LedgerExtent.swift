public import Foundation

/// How far a ledger reaches back. Pruning deletes the oldest rows.
public struct LedgerExtent: Sendable, Equatable {
    /// All deliveries received after this time are in the ledger.
    public let deliveries: Date
    /// All deployments that ended after this time are in the ledger.
    public let deployments: Date
    /// Deployments with a larger number have receipts when they are finished.
    public let lastUnchained: DeploymentRecord.ID
    /// The last link of the chain that was pruned.
    public let anchor: ChainLink.End

    /// Creates an extent.
    public init(
        deliveries: Date, deployments: Date, lastUnchained: DeploymentRecord.ID, anchor: ChainLink.End = .none
    ) {
        self.deliveries = deliveries
        self.deployments = deployments
        self.lastUnchained = lastUnchained
        self.anchor = anchor
    }

    /// Both deliveries and deployments after this time are in the ledger.
    public var beginning: Date { max(deliveries, deployments) }
}
