/// A deployment that has ended, or that waits for its next try.
public struct FinishedDeployment: Sendable {
    /// The deployment as it was started.
    public let started: StartedDeployment
    /// How the deployment ended.
    public let result: DeploymentResult
    /// What else a person should know; `nil` for nothing.
    public let note: String?
    /// How long the deployment took.
    public let duration: Duration
    /// The time until the next try of a waiting deployment.
    public let retryAfter: Duration?

    init(
        started: StartedDeployment, result: DeploymentResult, note: String? = nil, duration: Duration,
        retryAfter: Duration? = nil
    ) {
        self.started = started
        self.result = result
        self.note = note
        self.duration = duration
        self.retryAfter = retryAfter
    }
}
