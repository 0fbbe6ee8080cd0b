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
    /// How many processes were running at the end of the shell. The launcher has ended them. If the launcher ended the shell
    /// too, the number depends on which of them ended first.
    public var leftBehind: Int

    /// How long the command ran.
    public var duration: Duration { .seconds(seconds) }

    /// Whether nobody ended the command.
    public var endedByItself: Bool {
        switch termination {
        case .timedOut, .cancelled: false
        case .exited, .killed, .outOfMemory: true
        }
    }

    /// Whether the command exited with 0.
    public var isSuccess: Bool { termination == .exited(0) }

    /// Creates a completion.
    public init(termination: Termination, seconds: Double = 0, leftBehind: Int = 0) {
        self.termination = termination
        self.seconds = seconds
        self.leftBehind = leftBehind
    }
}
