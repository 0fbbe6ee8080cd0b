/// The time limit of a command.
public struct Limits: Sendable {
    /// The time to terminate a running command.
    public let deadline: ContinuousClock.Instant
    /// A signal to terminate the command earlier.
    public let cancellation: Cancellation

    /// Creates limits with a fixed deadline.
    public init(deadline: ContinuousClock.Instant, cancellation: Cancellation = Cancellation()) {
        self.deadline = deadline
        self.cancellation = cancellation
    }

    /// Returns limits with a deadline `duration` from now.
    public static func within(_ duration: Duration, cancellation: Cancellation = Cancellation()) -> Limits {
        Limits(deadline: .now + duration, cancellation: cancellation)
    }
}
