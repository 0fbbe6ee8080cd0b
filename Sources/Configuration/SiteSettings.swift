public import Git
public import Webhook

/// A site as it was configured: a clone to keep up to date, and what it follows.
public struct SiteSettings: Sendable {
    /// Its name, 1 to 64 characters that need no escaping in a path, a URL or a log.
    public let name: String
    /// The clone, an absolute path.
    public let path: String
    /// The repository whose pushes count; `nil` if it is the one that the clone was made of.
    public let repository: RepositoryName?
    /// The references that are followed; `nil` for the branch that is checked out.
    public let follows: RefPattern?
    /// How the site is deployed.
    public let strategy: StrategyName
    /// Who its deliveries come from; `nil` for any forge.
    public let forge: ForgeName?
    /// The longest a deployment may take.
    public let timeout: Duration
    /// How often to look at the remote without being told to; `nil` for never.
    public let catchUp: Duration?
    /// The secrets of the site's own hook, if it has one.
    public let secrets: Secrets?
    /// Where it is configured: a file, a file and a line, or REPO_PATH.
    public let place: String
}
