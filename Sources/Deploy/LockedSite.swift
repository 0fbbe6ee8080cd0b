package import Git
package import Processes

/// A site that is locked for one deployment: no other process deploys the site until `release`.
package protocol LockedSite {
    /// Deploys the site within `limits` and returns the result.
    ///
    /// - Parameters:
    ///   - order: what the deployment was asked for.
    ///   - announced: the commits that deliveries announced. A site that is at the only announced commit is left alone. An
    ///     empty set deploys in any case.
    ///   - transcript: receives the output of the commands.
    func deploy(
        _ order: Order, announced: Set<Commit>, _ limits: Limits, _ transcript: Transcript
    ) -> DeploymentResult

    /// Releases the lock.
    func release()
}
