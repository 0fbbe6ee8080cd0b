public import Webhook

/// The settings from the command line, the environment and the files, read and checked in full.
public struct Configuration: Sendable {
    /// The secrets of the shared hook, `/github`; `nil` if only sites have secrets.
    public internal(set) var secrets: Secrets?
    /// The place of these secrets that the main file names; `nil` if the main file names none.
    public let secretSource: SecretSource?
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
    /// The usable sites, sorted by name.
    public internal(set) var sites: [SiteSettings]
    /// The sites with mistakes, sorted by name.
    public let rejectedSites: [RejectedSite]
    /// The mistakes of these sites: first the mistakes of each site by name, then conflicts between sites.
    public let issuesOfSites: [ConfigurationIssue]
    /// The names of the sites that go on with earlier settings, because their new settings have mistakes.
    public internal(set) var keptSites: Set<String> = []
    /// Whether the files describe no site, and REPO_PATH describes the only one.
    public let isOfEnvironment: Bool
    /// Settings that work but should be changed.
    public let warnings: [ConfigurationIssue]

    /// Reads the configuration from `source`. A site with mistakes is in `rejectedSites` and stops no other site.
    ///
    /// A site's own time-out outranks the general time-outs. Every other setting comes from its option, else from its
    /// environment variable, else from the main file.
    ///
    /// - Throws: all errors, not only the first, if one of them is outside the sites' own settings.
    public static func load(_ source: ConfigurationSource) throws(ConfigurationError) -> Configuration {
        var loader = Loader(source)
        let configuration = loader.load()
        guard loader.diagnostics.errors.isEmpty else {
            throw ConfigurationError(issues: loader.issues, warnings: configuration.warnings)
        }
        return configuration
    }

    /// Reads as much of the configuration as possible, and returns all errors too. Nothing may be deployed if one of them
    /// is outside the sites' own settings: use `load(_:)` for that.
    public static func loadCollectingIssues(_ source: ConfigurationSource) -> (
        configuration: Configuration, issues: [ConfigurationIssue]
    ) {
        var loader = Loader(source)
        let configuration = loader.load()
        return (configuration, loader.issues)
    }

    /// Returns the configuration with another name for the site from REPO_PATH. Sites from files keep their names.
    public func renamingSiteOfEnvironment(_ name: (SiteSettings) -> String) -> Configuration {
        guard isOfEnvironment else { return self }
        var new = self
        for index in sites.indices { new.sites[index].name = name(sites[index]) }
        return new
    }

    init(
        _ secrets: Secrets?, at secretSource: SecretSource?, _ settings: GeneralSettings, sites: [SiteSettings],
        rejectedSites: [RejectedSite],
        issuesOfSites: [ConfigurationIssue], isOfEnvironment: Bool, warnings: [ConfigurationIssue]
    ) {
        self.isOfEnvironment = isOfEnvironment
        self.secrets = secrets
        self.secretSource = secretSource
        self.sites = sites
        self.rejectedSites = rejectedSites
        self.issuesOfSites = issuesOfSites
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
