/// What is wrong and how to repair it, for the person who meets the problem.
public struct Explanation: Sendable, Equatable {
    /// What is wrong: one line, lower case, without a full stop.
    public let message: String
    /// A remedy that works when it is pasted; `nil` if there is none.
    public let hint: String?

    /// Creates an explanation.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The message and, on a line of its own, the hint.
    public var text: String { hint.map { "\(message)\n\($0)" } ?? message }
}
