public import Foundation

/// A row of the ledger, for a comparison with other records.
public enum LedgerEntry: Sendable {
    /// A deployment with its place in the chain of receipts. The link is `nil` for an unfinished deployment, for one that
    /// finished before there were receipts, and if the receipts are not read.
    case deployment(DeploymentRecord, ChainLink?)
    /// A link of the chain whose deployment is gone.
    case orphan(ChainLink)
    /// A deployment that cannot be read, with its number: a person or a newer program has changed the row.
    case unreadable(DeploymentRecord.ID, ChainLink?, LedgerError)
    /// A delivery with its number and the forge's id.
    case delivery(Int64, forgeID: String?, received: Date)
    /// A delivery asked for a deployment.
    case request(delivery: Int64, deployment: DeploymentRecord.ID)
}
