/// How long a command may run.
public struct Limits: Sendable {
    /// The command is ended at this time.
    public let deadline: ContinuousClock.Instant
    /// Ends the command earlier, when cancelled.
    public let cancellation: Cancellation

    /// Creates limits that end commands at `deadline`, or when `cancellation` is cancelled.
    public init(deadline: ContinuousClock.Instant, cancellation: Cancellation = Cancellation()) {
        self.deadline = deadline
        self.cancellation = cancellation
    }

    /// Returns limits whose deadline is `duration` from now.
    public static func within(_ duration: Duration, cancellation: Cancellation = Cancellation()) -> Limits {
        Limits(deadline: .now + duration, cancellation: cancellation)
    }
}
