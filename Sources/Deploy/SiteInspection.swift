public import Git

/// What a close look at a site has found.
public struct SiteInspection: Sendable {
    /// The repository that its remote is, as far as the remote's URL tells.
    public let repository: RepositoryName?
    /// The reference it follows, or the pattern of those.
    public let follows: RefPattern
    /// The commit it is at.
    public let commit: Commit?
    /// What will keep the next push from being deployed.
    public internal(set) var obstacles: [Failure] = []
    /// What the remote has and the site has not; `nil` also if the remote could not be asked.
    public internal(set) var missed: DeploymentRecord.Target?
    /// Whether a deployment goes on: then what is half done is not looked at.
    public internal(set) var isBeingDeployed = false
    /// Whether a deployment was cut short, and the next one is to clear up after it.
    public internal(set) var isAfterInterruption = false

    init(repository: RepositoryName?, follows: RefPattern, commit: Commit?) {
        self.repository = repository
        self.follows = follows
        self.commit = commit
    }

    /// Looks, and takes what `look` throws for an obstacle.
    ///
    /// - Parameter path: the clone's.
    mutating func look(at path: String, _ look: (inout SiteInspection) throws -> Void) {
        do {
            try look(&self)
        } catch {
            obstacles.append(Failure(error, in: path))
        }
    }

    /// Notes what the lock in `gitDirectory` tells of deployments.
    mutating func lookAtLock(in gitDirectory: String) throws(Failure) {
        switch try SiteLock.precheck(in: gitDirectory) {
        case .free: break
        case .held: isBeingDeployed = true
        case .afterInterruption: isAfterInterruption = true
        }
    }
}
