public import Git
public import Processes

/// One folder to keep up to date.
public struct Site: Sendable {
    /// The name, unique among the sites, such as `blog`.
    public let name: String
    /// The longest allowed time of a deployment.
    public let timeout: Duration
    /// How often catch-up asks the remote; `nil` for never.
    public let catchUp: Duration?
    /// Asks for a restart of the site's application; `nil` for no application.
    let trigger: RestartTrigger?
    /// The commands that the site runs.
    public let steps: SiteSteps
    /// Where the commands run; `nil` for a site without commands.
    let fence: StepFence?

    let strategy: any Strategy
    private let declaredRepository: RepositoryName?
    private let declaredFollows: RefPattern?

    /// How a site is deployed.
    public enum StrategyKind: Sendable, Equatable {
        /// `git pull --rebase`, of one branch.
        case pull
        /// Exactly the commit of a branch, or of the highest version among the refs matching a pattern.
        case mirror
        /// A folder per commit, made live by one rename(2).
        case release(ReleaseOptions)
    }

    /// Creates a site in the clone at `path`. The clone is opened at the first use.
    ///
    /// - Parameters:
    ///   - repository: the repository whose pushes concern the site; `nil` for the repository of the clone's remote.
    ///   - follows: the followed refs; `nil` for the upstream of the checked-out branch. A mirror or a site
    ///     with releases needs `follows`, and is a pull without.
    ///   - keepsDiscarded: how long a mirror keeps a person's edits and commits after it discarded them; `nil` to refuse to
    ///     discard them.
    ///   - filter: the conditions for the deployment of a push; by default every push is deployed.
    ///   - contents: the parts of the site that are not in its own repository; by default none is fetched.
    ///   - steps: the commands that the site runs; by default none.
    ///   - fence: where the commands run. Without it, none runs.
    public init(
        name: String, path: String, strategy: StrategyKind = .pull, repository: RepositoryName? = nil,
        follows: RefPattern? = nil, timeout: Duration, catchUp: Duration? = nil,
        keepsDiscarded: Duration? = nil, filter: DeploymentFilter = DeploymentFilter(),
        contents: ContentOptions = ContentOptions(), trigger: RestartTrigger? = nil,
        steps: SiteSteps = SiteSteps(), fence: StepFence? = nil
    ) {
        self.init(
            name: name, repository: repository, follows: follows, timeout: timeout, catchUp: catchUp,
            trigger: trigger, steps: steps, fence: fence,
            strategy: Self.strategy(
                strategy, path, follows, keepsDiscarded, filter, contents, fence, requiresOwnerInURL: repository == nil)
        )
    }

    private static func strategy(
        _ kind: StrategyKind, _ path: String, _ follows: RefPattern?, _ keepsDiscarded: Duration?,
        _ filter: DeploymentFilter, _ contents: ContentOptions, _ fence: StepFence?, requiresOwnerInURL: Bool
    ) -> any Strategy {
        switch (kind, follows) {
        case (.mirror, let follows?):
            MirrorStrategy(
                path: path, pattern: follows, filter: filter, keepsDiscarded: keepsDiscarded, contents: contents)
        case (.release(let options), let follows?):
            ReleaseStrategy(
                path: path, pattern: follows, options: options, filter: filter, contents: contents, fence: fence)
        default:
            PullStrategy(
                path: path, follows: follows, requiresOwnerInURL: requiresOwnerInURL, filter: filter,
                contents: contents)
        }
    }

    package init(
        name: String, repository: RepositoryName?, follows: RefPattern?, timeout: Duration, catchUp: Duration? = nil,
        trigger: RestartTrigger? = nil, steps: SiteSteps = SiteSteps(), fence: StepFence? = nil, strategy: any Strategy
    ) {
        self.name = name
        self.timeout = timeout
        self.catchUp = catchUp
        self.trigger = trigger
        self.steps = steps
        self.fence = steps.isEmpty ? nil : fence
        self.strategy = strategy
        declaredRepository = repository
        declaredFollows = follows
    }

    /// Returns the file for the output of a new deployment; `nil` for a site without steps, whose deployments are short.
    public func output() -> DeploymentOutput? {
        fence.map { DeploymentOutput(in: $0.stateFolder, of: name) }
    }

    /// The repository whose pushes concern the site; `nil` if only the clone tells, and the clone could not be opened.
    public var repository: RepositoryName? { declaredRepository ?? strategy.source?.repository }

    /// The followed refs; `nil` like `repository`.
    public var follows: RefPattern? { declaredFollows ?? strategy.source?.follows }

    /// Both, from one reading of the clone's state.
    var origin: (repository: RepositoryName?, follows: RefPattern?) {
        if isDeclared { return (declaredRepository, declaredFollows) }
        let source = strategy.source
        return (declaredRepository ?? source?.repository, declaredFollows ?? source?.follows)
    }

    /// Whether the configuration names the repository.
    public var declaresRepository: Bool { declaredRepository != nil }

    /// Whether the configuration names the repository and the followed refs.
    public var isDeclared: Bool { declaredRepository != nil && declaredFollows != nil }

    /// The commit already in place: a delivery announcing it needs no deployment. `nil` if only the remote can tell.
    var knownCommit: Commit? { strategy.knownCommit }

    /// The commit seen by visitors, as far as files tell without a git process.
    public var liveCommit: Commit? { strategy.liveCommit }

    /// Returns the commit whose name begins with `text`, if the live commit contains it; `nil` if git cannot tell. Runs on a
    /// plain thread.
    public func commitInLive(named text: String, _ limits: Limits) -> Commit? {
        guard let live = liveCommit, let commit = try? strategy.commit(named: text, limits),
            (try? strategy.contains(commit, in: live, limits)) == true
        else { return nil }
        return commit
    }

    /// The pin; `nil` if the site is not pinned.
    public var pin: Pin? { strategy.pin }

    /// The complete releases, the newest first; none for a site without releases.
    public var releases: [Release] { strategy.releases }

    /// The name of the live release; `nil` for a site without releases.
    public var liveRelease: String? { strategy.liveRelease }

    /// Opens the site's clone, so `repository` and `follows` are known. Returns the problem if opening fails.
    public func open(_ limits: Limits) -> Failure? {
        do throws(Failure) {
            try strategy.open(limits)
            return nil
        } catch {
            return error
        }
    }

    /// Checks the site without running git. Returns the first problem able to block a deployment.
    public func precheck() -> Failure? { strategy.precheck() }

    /// Asks the remote for the commit of the ref that the site follows, and fetches nothing. Of a pattern it is the ref with the
    /// highest version. Runs on a plain thread.
    public func newestPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target {
        try strategy.newestPush(limits)
    }

    /// Inspects the site and asks the remote. Changes nothing. Runs on a plain thread.
    ///
    /// - Throws: the problem, if the inspection cannot go on.
    public func inspect(_ limits: Limits) throws(Failure) -> SiteInspection { try strategy.inspect(limits) }
}
