public import Text

/// Why the ledger cannot be read or written, for the person who has to repair it.
public struct LedgerError: Error, Sendable, Equatable {
    /// What is wrong and how to repair it.
    public let explanation: Explanation
    /// Whether the ledger works and refuses this entry alone: the entry would fail again, and other entries would not.
    public let isOfEntry: Bool

    /// What is wrong, in one line.
    public var message: String { explanation.message }
    /// The remedy; `nil` if there is none to name.
    public var hint: String? { explanation.hint }

    /// Creates an error with this message and remedy.
    public init(_ message: String, hint: String? = nil, isOfEntry: Bool = false) {
        explanation = Explanation(message, hint: hint)
        self.isOfEntry = isOfEntry
    }
}
