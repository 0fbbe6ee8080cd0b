public import Git
public import Webhook

/// A configured site: a clone to keep up to date, and the refs to follow.
public struct SiteSettings: Sendable {
    /// The name: 1 to 64 characters, without escaping safe in a path, a URL and a log.
    public internal(set) var name: String
    /// The clone's absolute path.
    public let path: String
    /// The repository whose pushes are deployed; `nil` for the repository of the clone's remote.
    public let repository: RepositoryName?
    /// The followed refs; `nil` for the branch that is checked out.
    public let follows: RefPattern?
    /// How the site is deployed.
    public let strategy: StrategyName
    /// The only forge whose deliveries are accepted; `nil` for any forge.
    public let forge: ForgeName?
    /// The time limit of a deployment.
    public let timeout: Duration
    /// The interval of catch-up, which asks the remote without a delivery; `nil` for never.
    public let catchUp: Duration?
    /// The secrets of the site's own hook, if the site has one.
    public let secrets: Secrets?
    /// The place of these secrets.
    public let secretSource: SecretSource?
    /// The public address; `nil` if the files do not tell.
    public let url: SiteURL?
    /// The place of the settings: a file, a file and line, or `REPO_PATH`.
    public let place: String
    /// What happens to a person's edits of tracked files when a mirror moves on.
    public internal(set) var localEdits = LocalEdits.refuse
    /// How long saved edits are kept: as long as the history.
    public internal(set) var historyAge = Duration.seconds(90 * 86_400)
    /// The settings of the strategy `release`; `nil` for the other strategies.
    public internal(set) var release: ReleaseSettings?
    /// The parts of the site that are not in its own repository.
    public internal(set) var contents = ContentSettings()
    /// The conditions for a deployment.
    public internal(set) var filter = FilterSettings()
    /// The commands that the site runs.
    public internal(set) var steps = StepSettings()
    /// Whom the site tells about its deployments.
    public internal(set) var notices = NoticeSettings()
}
