public import Text

/// An error or a warning in the configuration, with its place.
public struct ConfigurationIssue: Error, Sendable, Equatable {
    /// The file and, if known, the line, such as `/etc/bellpull/sites/blog.toml:3`; or the environment variable; or the
    /// option.
    public let place: String
    /// The fact and its remedy.
    public let explanation: Explanation
    /// Whether the command line is wrong: exit status 64 (EX_USAGE) instead of 78 (EX_CONFIG).
    public let isUsage: Bool

    /// The fact, in one line.
    public var message: String { explanation.message }
    /// The remedy.
    public var hint: String? { explanation.hint }

    /// Creates an issue from an explanation.
    public init(_ place: String, _ explanation: Explanation, isUsage: Bool = false) {
        self.place = place
        self.explanation = explanation
        self.isUsage = isUsage
    }

    /// Creates an issue from a message and a hint.
    public init(_ place: String, _ message: String, hint: String? = nil, isUsage: Bool = false) {
        self.init(place, Explanation(message, hint: hint), isUsage: isUsage)
    }
}
