public import Webhook

/// What Bellpull was told by its command line, its environment and its files, read and checked in full.
public struct Configuration: Sendable {
    /// The secrets of the hook that all sites share, `/github`; `nil` if only single sites have some.
    public let secrets: Secrets?
    /// How long an answer waits for its deployment.
    public let answerWithin: Duration
    /// How long to finish what runs when told to stop.
    public let drain: Duration
    /// The largest delivery accepted, in bytes.
    public let bodyLimit: Int
    /// Whether X-Hub-Signature, HMAC-SHA1, proves a delivery alone.
    public let acceptsSHA1: Bool
    /// How many sites may deploy at the same time.
    public let parallelDeployments: Int
    /// How many answers may wait for their deployments at the same time.
    public let waitingReplies: Int
    /// How long the history keeps what happened.
    public let historyAge: Duration
    /// How many entries the history keeps at most.
    public let historyCount: Int
    /// The sites, sorted by name.
    public let sites: [SiteSettings]
    /// Whether there are no files, and the only site is REPO_PATH.
    public let isOfEnvironment: Bool
    /// What can be used as it is and should be otherwise.
    public let warnings: [ConfigurationIssue]

    /// Reads the configuration that `source` describes.
    ///
    /// A site's own time-out outranks any general one. For all else an option outranks its environment variable, which
    /// outranks the main file.
    ///
    /// - Throws: everything that is wrong, not only the first.
    public static func load(_ source: ConfigurationSource) throws(ConfigurationError) -> Configuration {
        let (configuration, issues) = loadCollectingIssues(source)
        guard issues.isEmpty else {
            throw ConfigurationError(issues: issues, warnings: configuration.warnings)
        }
        return configuration
    }

    /// Reads as much as can be read of the configuration that `source` describes, for somebody who looks for all that is
    /// wrong; sites that cannot be used are missing. Nothing is to be deployed by it if there are issues.
    public static func loadCollectingIssues(_ source: ConfigurationSource) -> (
        configuration: Configuration, issues: [ConfigurationIssue]
    ) {
        var loader = Loader(source)
        let configuration = loader.load()
        return (configuration, loader.diagnostics.issues)
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
