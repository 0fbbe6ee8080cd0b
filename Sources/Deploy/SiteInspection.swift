public import Git

/// What an inspection found at a site.
public struct SiteInspection: Sendable {
    /// The repository that the clone's remote names, as far as the remote's URL tells.
    public let repository: RepositoryName?
    /// The ref, or the pattern of refs, that the site follows.
    public let follows: RefPattern
    /// The commit that the site is at.
    public let commit: Commit?
    /// The problems that will block the next deployment.
    public internal(set) var obstacles: [Failure] = []
    /// The push that the site missed; also `nil` if the remote could not be asked.
    public internal(set) var missed: DeploymentRecord.Target?
    /// Whether a deployment is running. The inspection then skips the work tree, which is changing.
    public internal(set) var isBeingDeployed = false
    /// Whether a deployment was interrupted. The next deployment repairs the clone.
    public internal(set) var isAfterInterruption = false

    init(repository: RepositoryName?, follows: RefPattern, commit: Commit?) {
        self.repository = repository
        self.follows = follows
        self.commit = commit
    }

    /// Runs `inspect` and adds the error that it throws to the obstacles.
    ///
    /// - Parameter path: the folder of the clone.
    mutating func collect(at path: String, _ inspect: (inout SiteInspection) throws -> Void) {
        do {
            try inspect(&self)
        } catch {
            obstacles.append(Failure(error, in: path))
        }
    }

    /// Reads from the lock in `gitDirectory` whether a deployment is running or was interrupted.
    mutating func readLock(in gitDirectory: String) throws(Failure) {
        switch try SiteLock.state(in: gitDirectory) {
        case .free: break
        case .held: isBeingDeployed = true
        case .afterInterruption: isAfterInterruption = true
        }
    }
}
