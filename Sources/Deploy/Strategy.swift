package import Git
package import Processes

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

    /// Locks the site for one deployment. Waits within `limits` while another process holds the lock.
    func lock(_ limits: Limits) throws(Failure) -> any LockedSite

    /// Asks the remote for a missed push, and fetches nothing. Returns `nil` if no push was missed.
    func missedPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target?

    /// Inspects the site and asks the remote. Changes nothing.
    func inspect(_ limits: Limits) throws(Failure) -> SiteInspection
}
