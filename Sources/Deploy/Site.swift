public import Git

/// One folder to keep up to date, with what it follows and how.
public struct Site: Sendable {
    /// A name that is unique among the sites, such as `blog`.
    public let name: String
    /// The longest a deployment may take.
    public let timeout: Duration
    /// How often the remote is asked whether a push was missed; `nil` for never.
    public let catchUp: Duration?

    let strategy: any Strategy
    private let declaredRepository: RepositoryName?
    private let declaredFollows: RefPattern?

    /// A site that is the clone at `path`, deployed by `git pull --rebase`. The clone is opened when it is first needed.
    ///
    /// - Parameters:
    ///   - repository: the repository whose pushes concern it; its remote's, if `nil`.
    ///   - follows: what it follows; the upstream of the branch that is checked out, if `nil`.
    public init(
        name: String, path: String, repository: RepositoryName? = nil, follows: RefPattern? = nil, timeout: Duration,
        catchUp: Duration? = nil
    ) {
        self.init(
            name: name, repository: repository, follows: follows, timeout: timeout, catchUp: catchUp,
            strategy: Self.strategy(path, follows))
    }

    private static func strategy(_ path: String, _ follows: RefPattern?) -> any Strategy {
        guard let follows, follows.branch == nil else { return PullStrategy(path: path, follows: follows) }
        return MirrorStrategy(path: path, pattern: follows)
    }

    init(
        name: String, repository: RepositoryName?, follows: RefPattern?, timeout: Duration, catchUp: Duration? = nil,
        strategy: any Strategy
    ) {
        self.name = name
        self.timeout = timeout
        self.catchUp = catchUp
        self.strategy = strategy
        declaredRepository = repository
        declaredFollows = follows
    }

    /// The repository whose pushes concern it; `nil` while nobody has said, and its clone could not be opened.
    public var repository: RepositoryName? { declaredRepository ?? strategy.source?.repository }

    /// What it follows; `nil` as for `repository`.
    public var follows: RefPattern? { declaredFollows ?? strategy.source?.follows }

    /// Both, where only one look is taken at what the clone tells.
    var origin: (repository: RepositoryName?, follows: RefPattern?) {
        if isDeclared { return (declaredRepository, declaredFollows) }
        let source = strategy.source
        return (declaredRepository ?? source?.repository, declaredFollows ?? source?.follows)
    }

    /// Whether its repository can be told without opening its clone.
    public var declaresRepository: Bool { declaredRepository != nil }

    /// Whether its repository and what it follows can be told without opening its clone.
    public var isDeclared: Bool { declaredRepository != nil && declaredFollows != nil }

    /// The commit it is at, as far as that can be told without asking git.
    public var commit: Commit? { strategy.deployed }
}
