/// A finished deployment.
public struct FinishedDeployment: Sendable {
    /// The deployment as it was started.
    public let started: StartedDeployment
    /// How the deployment ended.
    public let result: DeploymentResult
    /// How long the deployment took.
    public let duration: Duration
}
