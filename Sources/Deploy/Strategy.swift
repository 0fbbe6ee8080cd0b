package import Git
package import Processes

/// How a site is brought to the commit that the site should be at.
///
/// A deployment has five parts: *lock* the site, *resolve* the order to a commit, *fetch* the commit, *place* the commit
/// in the site's folder, and *verify* the result. `LockedClone` runs them for every strategy that works in one clone.
package protocol Strategy: Sendable {
    /// The commit that needs no deployment when a delivery announces it; `nil` if only the remote can tell.
    var knownCommit: Commit? { get }

    /// The commit that visitors get, as far as files tell without a git process.
    var liveCommit: Commit? { get }

    /// What the site's clone says about its origin; `nil` until the clone was opened.
    var source: Source? { get }

    /// Opens the site's repository, so that `source` and `knownCommit` are known.
    func open(_ limits: Limits) throws(Failure)

    /// Checks the site without running git. Returns the first problem that would block a deployment.
    func precheck() -> Failure?

    /// Locks the site for one deployment. Waits within `limits` for another process that holds the lock.
    func lock(_ limits: Limits) throws(Failure) -> any LockedSite

    /// Asks the remote for a push that the site missed, and fetches nothing. Returns `nil` if there is none.
    func missedPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target?

    /// Inspects the site and asks the remote. Changes nothing.
    func inspect(_ limits: Limits) throws(Failure) -> SiteInspection
}
