package import Git
package import Processes
internal import Text

/// The way to bring a site to its commit.
///
/// A deployment has five parts: *lock* the site, *resolve* the order to a commit, *fetch* the commit, *place* the
/// commit in the site's folder, and *verify* the result. `LockedClone` runs the parts for every strategy with one
/// clone.
package protocol Strategy: Sendable {
    /// The commit already in place: a delivery announcing it needs no deployment. `nil` if only the remote can tell.
    var knownCommit: Commit? { get }

    /// The commit seen by visitors, as far as files tell without a git process.
    var liveCommit: Commit? { get }

    /// The origin of the site's clone; `nil` until the clone was opened.
    var source: Source? { get }

    /// Opens the site's repository, so `source` and `knownCommit` are known.
    func open(_ limits: Limits) throws(Failure)

    /// Checks the site without running git. Returns the first problem able to block a deployment.
    func precheck() -> Failure?

    /// The pin; `nil` if the site is not pinned.
    var pin: Pin? { get }

    /// Pins the site. Works while a deployment is running: the deployment looks for the pin before it changes what visitors
    /// see.
    func setPin(_ pin: Pin, _ limits: Limits) throws(Failure)

    /// Removes the pin. Returns whether there was one.
    func removePin(_ limits: Limits) throws(Failure) -> Bool

    /// The complete releases, the newest first; none for a site without releases.
    var releases: [Release] { get }

    /// The name of the live release; `nil` for a site without releases.
    var liveRelease: String? { get }

    /// Whether the site has releases.
    var hasReleases: Bool { get }

    /// The release that was live before the present one, and was not taken back.
    var previousRelease: Release? { get }

    /// Returns where a step runs for the live commit `commit`.
    func stepPlace(of commit: Commit) -> StepPlace

    /// Returns the commit in the site's repository whose name begins with `text`.
    func commit(named text: String, _ limits: Limits) throws(Failure) -> Commit

    /// Returns whether `live` contains `commit`: is `commit` itself or a later commit.
    func contains(_ commit: Commit, in live: Commit, _ limits: Limits) throws(Failure) -> Bool

    /// Locks the site for one deployment. Waits within `limits` while another process holds the lock.
    func lock(_ limits: Limits) throws(Failure) -> any LockedSite

    /// Asks the remote for the commit of the ref that the site follows, live or not, and fetches nothing.
    func newestPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target

    /// Asks the remote for a missed push, and fetches nothing. Returns `nil` if no push was missed.
    func missedPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target?

    /// Inspects the site and asks the remote. Changes nothing.
    func inspect(_ limits: Limits) throws(Failure) -> SiteInspection
}

extension Strategy {
    package var releases: [Release] { [] }

    package var liveRelease: String? { nil }

    package var hasReleases: Bool { false }

    package var previousRelease: Release? { nil }

    package func stepPlace(of commit: Commit) -> StepPlace {
        StepPlace(folder: "/", isWritable: false, home: "/nonexistent", commit: commit, isRelease: false)
    }

    package func contains(_ commit: Commit, in live: Commit, _ limits: Limits) throws(Failure) -> Bool {
        commit == live
    }

    package func commit(named text: String, _ limits: Limits) throws(Failure) -> Commit {
        guard let commit = Commit(text) else { throw Failure("\(text.escapedForDisplay) is not a commit") }
        return commit
    }
}
