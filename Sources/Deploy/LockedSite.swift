package import Git
package import Processes

/// A site locked for one deployment: no other process deploys the site until `release`.
package protocol LockedSite {
    /// Deploys the site within `limits` and returns the result.
    ///
    /// - Parameters:
    ///   - order: the order of the deployment.
    ///   - announced: the announced commits. If the site is at the only announced commit, nothing is deployed. An empty
    ///     set deploys in any case.
    ///   - transcript: receives the output of the commands.
    func deploy(
        _ order: Order, announced: Set<Commit>, _ limits: Limits, _ transcript: Transcript
    ) -> DeploymentResult

    /// Releases the lock.
    func release()
}
