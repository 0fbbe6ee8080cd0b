public import Foundation

/// What was live at a site at some time.
public struct LiveDeployment: Sendable, Equatable {
    /// A delivery that asked for a deployment.
    public struct Delivery: Sendable, Equatable {
        /// The forge.
        public let forge: String
        /// The forge's id of the delivery.
        public let forgeID: String?
        /// The repository, as the forge writes its name.
        public let repository: String
        /// When the delivery arrived.
        public let received: Date

        /// Creates a delivery.
        public init(forge: String, forgeID: String?, repository: String, received: Date) {
            self.forge = forge
            self.forgeID = forgeID
            self.repository = repository
            self.received = received
        }
    }

    /// The deployment that brought the commit, without its output. If it is `unchanged`, the commit was live before the
    /// ledger knew the site.
    public let record: DeploymentRecord
    /// The oldest deliveries that asked for the deployment, eight at most.
    public let deliveries: [Delivery]
    /// The last deployment that failed after the commit was live and before the time; `nil` for none. Its step `after` may
    /// have failed when its commit was live already.
    public let laterFailure: DeploymentRecord?

    /// Creates a value with these properties.
    public init(record: DeploymentRecord, deliveries: [Delivery], laterFailure: DeploymentRecord?) {
        self.record = record
        self.deliveries = deliveries
        self.laterFailure = laterFailure
    }
}
