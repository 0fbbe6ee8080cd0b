public import Git

/// The result of an inspection of a site.
public struct SiteInspection: Sendable {
    /// The repository named by the clone's remote, as far as the remote's URL tells.
    public let repository: RepositoryName?
    /// The ref, or the pattern of refs, followed by the site.
    public let follows: RefPattern
    /// The commit of the site.
    public let commit: Commit?
    /// The problems in the way of the next deployment.
    public internal(set) var obstacles: [Failure] = []
    /// The missed push; also `nil` if the remote could not be asked.
    public internal(set) var missed: DeploymentRecord.Target?
    /// Whether a deployment is running. The inspection then skips the changing work tree.
    public internal(set) var isBeingDeployed = false
    /// Whether a deployment was interrupted. The next deployment repairs the clone.
    public internal(set) var isAfterInterruption = false

    /// The pin; `nil` if the site is not pinned.
    public internal(set) var pin: Pin?

    /// The newest commit of the remote, if its release was taken back because the health check failed. `missed` is then `nil`.
    public internal(set) var takenBack: Commit?

    /// The parts of the site that Bellpull does not fetch; `nil` if the site is complete.
    public internal(set) var incompleteness: Incompleteness?

    /// How the remote tells its references; `nil` if the remote could not be asked.
    public internal(set) var remoteProtocol: RemoteProtocol?

    init(repository: RepositoryName?, follows: RefPattern, commit: Commit?) {
        self.repository = repository
        self.follows = follows
        self.commit = commit
    }

    /// Runs `inspect`, which looks at `repository` in the folder `path`, and adds its error to the obstacles.
    mutating func collect(
        in repository: any Repository, at path: String, _ inspect: (inout SiteInspection) throws -> Void
    ) {
        do {
            try inspect(&self)
        } catch {
            obstacles.append(Failure(error, in: path, repository).askingRemote(of: repository))
        }
    }

    /// Reads from the lock of the repository whether a deployment is running or was interrupted.
    mutating func readLock(in gitDirectory: String, common commonDirectory: String) throws(Failure) {
        switch try SiteLock.state(in: gitDirectory, common: commonDirectory) {
        case .free: break
        case .held: isBeingDeployed = true
        case .afterInterruption: isAfterInterruption = true
        }
    }
}
