/// A deployment that was started or rejected.
public struct StartedDeployment: Sendable, Equatable {
    /// The number of the deployment.
    public let id: DeploymentRecord.ID
    /// The order of the deployment.
    public let order: Order
    /// The announced targets, newest first, eight at most. Empty if the deployment must run in any case.
    public let announced: [DeploymentRecord.Target]
    /// Why the deployment was queued.
    public let cause: DeploymentRecord.Cause
    /// How many deliveries the deployment serves.
    public let deliveries: Int
    /// The newest of the deliveries; `nil` without any.
    public let delivery: Delivery?

    /// A delivery, as a step is told about it.
    public struct Delivery: Sendable, Equatable {
        /// The forge.
        public let forge: String
        /// The forge's id of the delivery; `nil` if the forge sent none.
        public let forgeID: String?

        /// Creates a delivery.
        public init(forge: String, forgeID: String?) {
            self.forge = forge
            self.forgeID = forgeID
        }
    }

    /// Creates a started deployment.
    public init(
        id: DeploymentRecord.ID, order: Order = .follow, announced: [DeploymentRecord.Target],
        cause: DeploymentRecord.Cause, deliveries: Int, delivery: Delivery? = nil
    ) {
        self.id = id
        self.order = order
        self.announced = announced
        self.cause = cause
        self.deliveries = deliveries
        self.delivery = delivery
    }
}
