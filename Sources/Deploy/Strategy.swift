internal import Processes
internal import Git

/// How a site is brought to the commit its branch is at.
protocol Strategy: Sendable {
    /// The commit that is deployed, if that can be told without asking git.
    var deployed: Commit? { get }

    /// What the site's folder says it is a copy of, as far as that is known yet.
    var source: Source? { get }

    /// Finds out about `source` and `deployed`.
    ///
    /// - Throws: `Failure` if it cannot be deployed.
    func open(_ limits: Limits) throws

    /// What a first look, which costs no process, finds to keep it from being deployed.
    func precheck() -> Failure?

    /// Takes the site for one deployment: no other process has it until it is released.
    ///
    /// - Throws: `Failure` or `GitError` if it cannot be deployed at all, or is not free within `limits`.
    func lock(_ limits: Limits) throws -> any LockedSite

    /// What the remote has and the site has not; `nil` if there is nothing to catch up with. Nothing is fetched.
    func missed(_ limits: Limits) throws -> DeploymentRecord.Target?

    /// Looks at the site and asks its remote, and changes nothing.
    ///
    /// - Throws: `Failure` if it cannot be opened.
    func inspect(_ limits: Limits) throws -> SiteInspection
}

/// A site that is held for one deployment.
protocol LockedSite {
    /// Brings the site up to date, within `limits`, and says what came of it.
    ///
    /// - Parameters:
    ///   - targets: the commits that were announced. If the site is at all of them, of which there is at least one, there
    ///     is nothing to do.
    ///   - transcript: gets what the commands write.
    func deploy(_ targets: Set<Commit>, _ limits: Limits, _ transcript: Transcript) -> Outcome

    /// Lets the site go.
    func release()
}

/// Where a site comes from.
struct Source: Sendable, Equatable {
    let repository: RepositoryName
    let follows: RefPattern
}
