public import Text

/// Why a deployment failed.
public struct Failure: Error, Sendable, Equatable {
    /// What happened and how to repair it.
    public let explanation: Explanation

    /// What happened, in one line that a person can act on.
    public var message: String { explanation.message }
    /// The remedy; `nil` if there is none to name.
    public var hint: String? { explanation.hint }

    /// Creates a failure with this message and remedy.
    public init(_ message: String, hint: String? = nil) {
        self.init(Explanation(message, hint: hint))
    }

    /// Creates a failure from an explanation.
    public init(_ explanation: Explanation) {
        self.explanation = explanation
    }
}
