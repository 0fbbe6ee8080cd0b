/// A finished deployment and the number of its receipt. The numbers follow the order in which deployments finished.
public struct NumberedDeployment: Sendable, Equatable {
    /// The number of the receipt.
    public let number: Int64
    /// The deployment, with its output.
    public let record: DeploymentRecord

    /// Creates a numbered deployment.
    public init(number: Int64, record: DeploymentRecord) {
        self.number = number
        self.record = record
    }
}
