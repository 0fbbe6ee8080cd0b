/// The end of a fenced command.
public struct FenceCompletion: Codable, Sendable, Equatable {
    /// The way in which a command ended.
    public enum Termination: Codable, Sendable, Equatable {
        /// The shell exited with this status.
        case exited(Int32)
        /// The shell was killed by this signal.
        case killed(signal: Int32)
        /// The time limit passed.
        case timedOut
        /// Bellpull cancelled the command.
        case cancelled
        /// The kernel killed the shell because the memory of its control group was used up.
        case outOfMemory
    }

    /// The way in which the command ended.
    public var termination: Termination
    /// How long the command ran, in seconds.
    public var seconds: Double
    /// How many processes the command had left running. The launcher has ended them.
    public var leftBehind: Int

    /// How long the command ran.
    public var duration: Duration { .seconds(seconds) }

    /// Whether the command exited with 0.
    public var isSuccess: Bool { termination == .exited(0) }

    /// Creates a completion.
    public init(termination: Termination, seconds: Double = 0, leftBehind: Int = 0) {
        self.termination = termination
        self.seconds = seconds
        self.leftBehind = leftBehind
    }
}
