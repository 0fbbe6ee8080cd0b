public import Webhook

/// The settings from the command line, the environment and the files, read and checked in full.
public struct Configuration: Sendable {
    /// The secrets of the shared hook, `/github`; `nil` if only sites have secrets.
    public let secrets: Secrets?
    /// How long a reply waits for its deployment.
    public let answerWithin: Duration
    /// How long running deployments may continue after a request to stop.
    public let drain: Duration
    /// The largest accepted request body, in bytes.
    public let bodyLimit: Int
    /// Whether X-Hub-Signature, HMAC-SHA1, is enough to verify a delivery.
    public let acceptsSHA1: Bool
    /// The most sites that deploy at the same time.
    public let parallelDeployments: Int
    /// The most replies that wait for their deployments at the same time.
    public let waitingReplies: Int
    /// How long the ledger keeps an entry.
    public let historyAge: Duration
    /// The most entries in the ledger.
    public let historyCount: Int
    /// The sites, sorted by name.
    public private(set) var sites: [SiteSettings]
    /// Whether there are no configuration files and REPO_PATH is the only site.
    public let isOfEnvironment: Bool
    /// Settings that work but should be changed.
    public let warnings: [ConfigurationIssue]

    /// Reads the configuration from `source`.
    ///
    /// A site's own time-out outranks the general time-outs. Every other setting comes from its option, else from its
    /// environment variable, else from the main file.
    ///
    /// - Throws: all errors, not only the first.
    public static func load(_ source: ConfigurationSource) throws(ConfigurationError) -> Configuration {
        let (configuration, issues) = loadCollectingIssues(source)
        guard issues.isEmpty else {
            throw ConfigurationError(issues: issues, warnings: configuration.warnings)
        }
        return configuration
    }

    /// Reads as much of the configuration as possible, and returns all errors too. Sites with errors are left out.
    /// Nothing may be deployed unless `issues` is empty.
    public static func loadCollectingIssues(_ source: ConfigurationSource) -> (
        configuration: Configuration, issues: [ConfigurationIssue]
    ) {
        var loader = Loader(source)
        let configuration = loader.load()
        return (configuration, loader.diagnostics.errors)
    }

    /// Returns the configuration with another name for the site from REPO_PATH. Sites from files keep their names.
    public func renamingSiteOfEnvironment(_ name: (SiteSettings) -> String) -> Configuration {
        guard isOfEnvironment else { return self }
        var new = self
        for index in sites.indices { new.sites[index].name = name(sites[index]) }
        return new
    }

    init(
        _ secrets: Secrets?, _ settings: GeneralSettings, sites: [SiteSettings], isOfEnvironment: Bool,
        warnings: [ConfigurationIssue]
    ) {
        self.isOfEnvironment = isOfEnvironment
        self.secrets = secrets
        self.sites = sites
        self.warnings = warnings
        answerWithin = settings.answerWithin
        drain = settings.drain
        bodyLimit = settings.bodyLimit
        acceptsSHA1 = settings.acceptsSHA1
        parallelDeployments = settings.parallelDeployments
        waitingReplies = settings.waitingReplies
        historyAge = settings.historyAge
        historyCount = settings.historyCount
    }
}
