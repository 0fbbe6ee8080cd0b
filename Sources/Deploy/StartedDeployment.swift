public import Git

/// A started or rejected deployment.
public struct StartedDeployment: Sendable, Equatable {
    /// The number of the deployment.
    public let id: DeploymentRecord.ID
    /// The order of the deployment.
    public let order: Order
    /// The announced commits, two at most: more than one always needs a deployment. Empty if the deployment must run
    /// wherever the site is.
    public let announced: Set<Commit>
    /// Why the deployment was queued.
    public let cause: DeploymentRecord.Cause
    /// How many deliveries the deployment serves.
    public let deliveries: Int

    /// Creates a started deployment.
    public init(
        id: DeploymentRecord.ID, order: Order = .follow, announced: Set<Commit>, cause: DeploymentRecord.Cause,
        deliveries: Int
    ) {
        self.id = id
        self.order = order
        self.announced = announced
        self.cause = cause
        self.deliveries = deliveries
    }
}
