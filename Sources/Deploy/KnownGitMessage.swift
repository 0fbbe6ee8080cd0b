internal import Text

/// A problem that git or ssh reports, as known from the messages in the C locale.
struct KnownGitMessage: Sendable {
    /// The line to quote after the meaning.
    enum Quotation: Sendable {
        /// The line with the known words.
        case line
        /// No line: the meaning says all.
        case nothing
        /// The forge's own words, or else the line with the known words.
        case forge
    }

    /// Whether a line of the message identifies the problem.
    let isIn: @Sendable (Substring) -> Bool
    /// The meaning of the message for a site.
    let meaning: String
    let quotation: Quotation
    /// Whether the remote does not have the ref.
    let isMissingRef: Bool
    /// Returns the meaning and the remedy, after a closer look at the clone.
    let explain: @Sendable (FailedGit) -> (meaning: String?, remedy: Remedy?)

    /// Creates a problem that a line with any of `words` identifies.
    init(
        _ words: String..., meaning: String, quoting quotation: Quotation = .line, isMissingRef: Bool = false,
        explain: @escaping @Sendable (FailedGit) -> (meaning: String?, remedy: Remedy?)
    ) {
        self.init(
            in: { line in words.contains { line.contains($0) } }, meaning: meaning, quoting: quotation,
            isMissingRef: isMissingRef, explain: explain)
    }

    /// Creates a problem that a line with any of `words` identifies, with a remedy.
    init(
        _ words: String..., meaning: String, quoting quotation: Quotation = .line, isMissingRef: Bool = false,
        remedy: @escaping @Sendable (FailedGit) -> Remedy?
    ) {
        self.init(
            in: { line in words.contains { line.contains($0) } }, meaning: meaning, quoting: quotation,
            isMissingRef: isMissingRef
        ) { (nil, remedy($0)) }
    }

    /// Creates a problem that a line identifies.
    init(
        in isIn: @escaping @Sendable (Substring) -> Bool, meaning: String, quoting quotation: Quotation = .line,
        isMissingRef: Bool = false, explain: @escaping @Sendable (FailedGit) -> (meaning: String?, remedy: Remedy?)
    ) {
        self.isIn = isIn
        self.meaning = meaning
        self.quotation = quotation
        self.isMissingRef = isMissingRef
        self.explain = explain
    }

    /// Returns the explanation of `failed`.
    static func explanation(of failed: FailedGit) -> (Explanation, isMissingRef: Bool) {
        guard let (known, line) = find(in: failed) else { return (Explanation(failed.error.description), false) }
        let (meaning, remedy) = known.explain(failed)
        let quoted: String? =
            switch known.quotation {
            case .line: String(line)
            case .forge: failed.error.remoteLine ?? String(line)
            case .nothing: nil
            }
        let parts = [meaning ?? known.meaning, quoted].compactMap(\.self)
        return (Explanation(parts.joined(separator: ": "), remedy: remedy), known.isMissingRef)
    }

    /// Returns the problem behind `failed`, and the line that identifies the problem.
    private static func find(in failed: FailedGit) -> (known: KnownGitMessage, line: Substring)? {
        let lines = failed.error.lines
        let own = lines.filter { !$0.hasPrefix("remote:") }
        for (group, lines) in [(local, own), (remote, lines)] {
            for known in group {
                if let line = lines.first(where: known.isIn) { return (known, line) }
            }
        }
        return nil
    }

    // The first match is used: a full disk or a changed host key also causes later messages.
    /// The known problems of this machine and of the clone. The remote may have the same problems, and say so.
    private static let local = machine + clone + keys
    /// The known problems of the remote and of the way to it.
    private static let remote = hosts + access + web + network
}
