/// Why the ledger cannot be read or written, for the person who has to see to it.
public struct LedgerError: Error, Sendable, Equatable {
    /// What is wrong, in one line.
    public let message: String
    /// The way out.
    public let hint: String?
    /// Whether what was to be written is at fault, and not the ledger: it would fail again, and other things would not.
    public let isOfContents: Bool

    /// An error in these words.
    public init(_ message: String, hint: String? = nil, isOfContents: Bool = false) {
        self.message = message
        self.hint = hint
        self.isOfContents = isOfContents
    }
}
