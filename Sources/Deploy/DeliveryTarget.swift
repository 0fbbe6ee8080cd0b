/// A site concerned by a delivery, and the target announced for the site.
public struct DeliveryTarget: Sendable, Equatable {
    /// The name of the site.
    public let name: String
    /// The announced ref and commit.
    public let target: DeploymentRecord.Target
    /// Whether the site is at the announced commit already.
    public let isAtCommit: Bool

    /// Creates the target of a delivery at the site `name`.
    public init(name: String, target: DeploymentRecord.Target, isAtCommit: Bool = false) {
        self.name = name
        self.target = target
        self.isAtCommit = isAtCommit
    }
}
