public import Text

/// A submodule that Bellpull does not fetch, or cannot fetch or place.
public struct SubmoduleError: Error, Sendable, Equatable {
    /// The message and the hint.
    public let explanation: Explanation

    init(_ message: String, hint: String?) {
        explanation = Explanation(message, hint: hint)
    }
}
