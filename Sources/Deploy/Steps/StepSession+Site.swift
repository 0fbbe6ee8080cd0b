internal import Git
internal import Processes

extension StepSession {
    /// Creates the steps of a deployment of `site`; `nil` if the site has none.
    convenience init?(
        of site: Site, _ started: StartedDeployment, _ transcript: Transcript, _ cancellation: Cancellation,
        newer: NewerPush?
    ) {
        guard let fence = site.fence else { return nil }
        let facts = StepFacts(
            site: site.name, repository: site.repository?.description,
            branch: site.follows?.branch?.ref, deployment: started.id, cause: started.cause,
            forge: started.delivery?.forge, delivery: started.delivery?.forgeID)
        self.init(
            site.steps, fence, facts, trigger: site.trigger, transcript, cancellation, newer: newer)
    }

    /// Runs the step `after` if the deployment changed what is live, or if an earlier process was killed before it could.
    ///
    /// - Returns: the result, which is a failure if the step fails.
    func conclude(
        _ result: DeploymentResult, live: Commit?, before: Commit?, announced: [DeploymentRecord.Target],
        at strategy: any Strategy
    ) -> DeploymentResult {
        guard let live, steps.after != nil else { return result }
        switch result {
        case .deployed: break
        case .unchanged where isUnconcluded(live): break
        default: return result
        }
        var place = strategy.stepPlace(of: live)
        // An earlier process changed the site if this one did not.
        if before != live { place.previousCommit = before }
        place.ref = place.ref ?? announced.first { $0.commit == live }?.ref ?? facts.branch
        switch conclude(place) {
        case .passed, .superseded, .pinned: return result
        case .interrupted: return .interrupted
        case .failed(let failure):
            return .failed(Failure("\(live.short) is live, but \(failure.message)", hint: failure.hint))
        }
    }
}
