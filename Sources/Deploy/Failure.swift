public import Text

/// Why a deployment failed.
public struct Failure: Error, Sendable, Equatable {
    /// The problem and its remedy.
    public let explanation: Explanation

    /// The problem, in one line that a person can act on.
    public var message: String { explanation.message }
    /// The remedy; `nil` if none is known.
    public var hint: String? { explanation.hint }

    /// Whether the remote does not have the ref that the site follows. The ref may have been announced too early.
    let isMissingRef: Bool

    /// Creates a failure from a message and a remedy.
    public init(_ message: String, hint: String? = nil) {
        self.init(Explanation(message, hint: hint))
    }

    /// Creates a failure from a message and a remedy.
    init(_ message: String, remedy: Remedy?) {
        self.init(Explanation(message, remedy: remedy))
    }

    /// Creates a failure from an explanation.
    public init(_ explanation: Explanation) {
        self.init(explanation, isMissingRef: false)
    }

    init(_ explanation: Explanation, isMissingRef: Bool) {
        self.explanation = explanation
        self.isMissingRef = isMissingRef
    }

    /// Compares the explanations.
    public static func == (left: Failure, right: Failure) -> Bool { left.explanation == right.explanation }
}
