/// A configuration that cannot be used, with all that is wrong with it.
public struct ConfigurationError: Error, Sendable {
    /// What is wrong: the command line and the main file first, then the sites by name, then what does not go together.
    public let issues: [ConfigurationIssue]
    /// What else should be otherwise.
    public let warnings: [ConfigurationIssue]

    /// Whether everything that is wrong was written on the command line.
    public var isUsage: Bool { issues.allSatisfy(\.isUsage) }
}
