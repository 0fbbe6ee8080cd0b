/// How the ledger recorded the end of a deployment.
public struct FinishedState: Sendable, Equatable {
    /// The recorded result. Differs from the reported one after the last try of a waiting deployment.
    public let result: DeploymentResult
    /// The time until a deployment of the same site is due; `nil` if none is waiting.
    public let nextTry: Duration?

    /// Creates a state.
    public init(_ result: DeploymentResult, nextTry: Duration? = nil) {
        self.result = result
        self.nextTry = nextTry
    }
}
