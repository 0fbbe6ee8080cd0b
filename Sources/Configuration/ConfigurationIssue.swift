/// Something in the configuration that is wrong, or that should be otherwise.
public struct ConfigurationIssue: Error, Sendable, Equatable {
    /// The file and, if known, the line, such as `/etc/bellpull/sites/blog.toml:3`, or the environment variable, or the
    /// option.
    public let place: String
    /// What is wrong, in one line.
    public let message: String
    /// What to write instead.
    public let hint: String?
    /// Whether it was made on the command line, which is exit status 64 (EX_USAGE) and not 78 (EX_CONFIG).
    public let isUsage: Bool

    /// A issue in these words.
    public init(_ place: String, _ message: String, hint: String? = nil, isUsage: Bool = false) {
        self.place = place
        self.message = message
        self.hint = hint
        self.isUsage = isUsage
    }
}
