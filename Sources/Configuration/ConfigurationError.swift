/// A configuration with errors outside the sites' own settings, which cannot be used.
public struct ConfigurationError: Error, Sendable {
    /// The errors: first the command line and the main file, then the sites by name, then conflicts between sites.
    public let issues: [ConfigurationIssue]
    /// Settings that work but should be changed.
    public let warnings: [ConfigurationIssue]

    /// Whether all errors are on the command line.
    public var isUsage: Bool { issues.allSatisfy(\.isUsage) }
}
