public import Text

/// The reason for a failed read or write of the ledger, written for the person who has to repair the ledger.
public struct LedgerError: Error, Sendable, Equatable {
    /// The problem and its remedy.
    public let explanation: Explanation
    /// Whether the ledger works and refuses only the entry: the entry would fail again, and other entries would not.
    public let isOfEntry: Bool

    /// The problem, in one line.
    public var message: String { explanation.message }
    /// The remedy; `nil` if none is known.
    public var hint: String? { explanation.hint }

    /// Creates an error from a message and a remedy.
    public init(_ message: String, hint: String? = nil, isOfEntry: Bool = false) {
        explanation = Explanation(message, hint: hint)
        self.isOfEntry = isOfEntry
    }
}
