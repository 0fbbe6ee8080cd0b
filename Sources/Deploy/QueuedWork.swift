/// The work of a queued deployment.
public struct QueuedWork: Sendable, Equatable {
    /// The order.
    public let order: Order
    /// Why the deployment was queued.
    public let cause: DeploymentRecord.Cause
    /// The newest announced target; `nil` if none was announced.
    public let target: DeploymentRecord.Target?

    /// Creates work from an order, a cause and a target.
    public init(_ order: Order, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?) {
        self.order = order
        self.cause = cause
        self.target = target
    }
}
