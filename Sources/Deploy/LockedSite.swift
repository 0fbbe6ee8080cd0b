package import Processes

/// A site locked for one deployment: no other process deploys the site until `release`.
package protocol LockedSite {
    /// Deploys the site within `limits`.
    ///
    /// - Parameters:
    ///   - order: what the deployment was asked for.
    ///   - announced: the announced targets, newest first. A site at the only announced commit is left alone. Without
    ///     targets the deployment runs in any case.
    ///   - transcript: receives the output of the commands.
    ///   - steps: the commands of the site that run before and right after a release goes live; `nil` for none.
    /// - Returns: the result, and a note if a person should know more.
    func deploy(
        _ order: Order, announced: [DeploymentRecord.Target], _ limits: Limits, _ transcript: Transcript,
        steps: StepSession?
    ) -> (result: DeploymentResult, note: String?)

    /// Packs the site's repository if it needs packing, within `limits`. Errors are left to the next call.
    func tidy(_ limits: Limits)

    /// Releases the lock.
    func release()
}

extension LockedSite {
    /// Deploys a site without steps.
    package func deploy(
        _ order: Order, announced: [DeploymentRecord.Target], _ limits: Limits, _ transcript: Transcript
    ) -> (result: DeploymentResult, note: String?) {
        deploy(order, announced: announced, limits, transcript, steps: nil)
    }
}
