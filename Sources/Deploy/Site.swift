public import Git

/// One clone to keep up to date, with its branch and strategy.
public struct Site: Sendable {
    /// A name that is unique among the sites, such as `blog`.
    public let name: String
    /// The repository whose pushes concern it.
    public let repository: RepositoryName
    /// The branch of that repository it follows.
    public let branch: Branch
    /// The longest a deployment may take.
    public let timeout: Duration

    let strategy: any Strategy

    /// A site that `clone` is, deployed by `git pull --rebase`.
    public init(name: String, clone: Clone, timeout: Duration) {
        self.init(
            name: name, repository: clone.repository, branch: clone.upstream, timeout: timeout,
            strategy: Pull(clone: clone))
    }

    init(name: String, repository: RepositoryName, branch: Branch, timeout: Duration, strategy: any Strategy) {
        self.name = name
        self.repository = repository
        self.branch = branch
        self.timeout = timeout
        self.strategy = strategy
    }
}
