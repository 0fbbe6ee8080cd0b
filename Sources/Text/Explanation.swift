/// A problem and a remedy, for the person who has the problem.
public struct Explanation: Sendable, Equatable {
    /// The problem: one line, lower case, without a full stop.
    public let message: String
    /// A remedy that works when pasted; `nil` if none is known.
    public let hint: String?

    /// Creates an explanation.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// Creates an explanation with a remedy.
    public init(_ message: String, remedy: Remedy?) {
        self.init(message, hint: remedy?.description)
    }

    /// The message and, on the next line, the hint.
    public var text: String { hint.map { "\(message)\n\($0)" } ?? message }
}
