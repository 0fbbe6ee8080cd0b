internal import Git

/// A site that a delivery concerns, and the announced target of the site.
public struct DeliveryTarget: Sendable {
    /// The name of the site.
    public let name: String
    /// The announced ref and commit.
    public let target: DeploymentRecord.Target
    /// Tells whether the site is at the announced commit now. The ledger asks within its transaction: a deployment that
    /// ends before the transaction counts.
    let isAtCommit: @Sendable () -> Bool

    /// Creates the target of a delivery at the site `name`.
    public init(
        name: String, target: DeploymentRecord.Target, isAtCommit: @escaping @Sendable () -> Bool = { false }
    ) {
        self.name = name
        self.target = target
        self.isAtCommit = isAtCommit
    }
}
