/// The place of a finished deployment in the chain of receipts of its host.
public struct ChainLink: Sendable, Equatable {
    /// The number of the deployment.
    public let deployment: DeploymentRecord.ID
    /// The place in the chain, from 1.
    public let number: Int64
    /// The receipt before.
    public let previous: Receipt
    /// The receipt of the deployment.
    public let receipt: Receipt

    /// Creates a link.
    public init(deployment: DeploymentRecord.ID, number: Int64, previous: Receipt, receipt: Receipt) {
        self.deployment = deployment
        self.number = number
        self.previous = previous
        self.receipt = receipt
    }

    /// The end of a chain: a number and its receipt.
    public struct End: Sendable, Equatable {
        /// The number of the last link.
        public let number: Int64
        /// The receipt of the last link.
        public let receipt: Receipt

        /// The end of a chain without links.
        public static let none = End(number: 0, receipt: .none)

        /// Creates an end.
        public init(number: Int64, receipt: Receipt) {
            self.number = number
            self.receipt = receipt
        }
    }
}
