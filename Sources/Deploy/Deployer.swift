internal import Foundation
internal import Git
internal import Processes

/// Deploys the queued work of a site: locks the site, records the start, runs the strategy, records the end. Runs on a
/// plain thread, because commands inherit the thread's signal mask.
struct Deployer: Sendable {
    let writer: GroupCommitWriter
    var receipt = NewestReceipt()

    /// How long the packing of a repository may take.
    private static let housekeepingTimeout = Duration.seconds(60)

    /// Runs the oldest queued deployment of `site`.
    ///
    /// - Parameters:
    ///   - housekeeping: ends the packing of the repository that may follow the deployment.
    ///   - transcript: receives the output of the commands.
    ///   - newer: lets a newer push end the build.
    ///   - onStart: called when the deployment is recorded as started.
    ///   - onEnd: called when the end is recorded, before the packing.
    /// - Returns: the ended deployment; `nil` if none was queued, for example because another process ran it.
    /// - Throws: `LedgerError` if the start could not be recorded. The deployment stays queued.
    func deploy(
        _ site: Site, _ cancellation: Cancellation, housekeeping: Cancellation = Cancellation(),
        _ transcript: Transcript, newer: NewerPush? = nil,
        onStart: (StartedDeployment) -> Void = { _ in }, onEnd: (FinishedDeployment) -> Void = { _ in }
    ) throws(LedgerError) -> FinishedDeployment? {
        let start = ContinuousClock.now
        var limits = Limits(deadline: start + site.timeout, cancellation: cancellation)
        let lockedSite: any LockedSite
        do throws(Failure) {
            // Another process may be running the steps of the site.
            let patience = start + site.timeout + site.steps.longestTime
            lockedSite = try site.strategy.lock(Limits(deadline: patience, cancellation: cancellation))
            if !site.steps.isEmpty { limits = .within(site.timeout, cancellation: cancellation) }
        } catch {
            guard !cancellation.isCancelled else { return nil }
            let failure = error
            let (rejected, _) = try writer.write {
                (try $0.reject(site.name, failure, at: Date()), try $0.newestReceipt())
            } onSuccess: { [receipt] in
                receipt.set($1)
            }
            let finished = rejected.map {
                FinishedDeployment(started: $0, result: .failed(failure), duration: start.age)
            }
            if let finished { onEnd(finished) }
            return finished
        }
        defer { lockedSite.release() }
        guard let started = try writer.write({ try $0.start(site.name, at: Date()) }) else { return nil }
        onStart(started)
        let steps = StepSession(of: site, started, transcript, cancellation, newer: newer)
        let before = site.liveCommit
        steps?.noteBeginning(at: before)
        var (result, note) = lockedSite.deploy(
            started.order, announced: started.announced, limits, transcript, steps: steps)
        let live = site.liveCommit
        let failure = live != nil && steps?.restarted == live ? nil : site.trigger?.note(result, live: live)
        if let steps {
            result = steps.conclude(
                result, live: live, before: before, announced: started.announced, at: site.strategy)
        }
        let notes = [note, failure].compactMap(\.self) + (steps?.notes ?? [])
        note = notes.isEmpty ? nil : notes.joined(separator: "; ")
        if let steps { (result, note) = (steps.masked(result), note.map(steps.masked)) }
        let duration = start.age
        let conclusion = DeploymentRecord.Conclusion(
            result, note: note, duration: duration, output: transcript.text)
        // If the end cannot be recorded, the deployment is still recorded as running. The next holder of the lock then
        // queues the work again: nothing is lost.
        let recorded = try? writer.write {
            (try $0.finish(started.id, conclusion, at: Date()), try $0.newestReceipt())
        } onSuccess: { [receipt] in
            receipt.set($1)
        }.0
        if recorded != nil { steps?.noteConclusion() }
        let finished = FinishedDeployment(
            started: started, result: recorded?.result ?? result, note: note, duration: duration,
            retryAfter: recorded?.nextTry)
        onEnd(finished)
        if finished.result.mayLeaveRelease(hasSteps: steps != nil) {
            lockedSite.tidy(.within(Self.housekeepingTimeout, cancellation: housekeeping))
        }
        return finished
    }
}

extension DeploymentResult {
    /// Whether the deployment may have written a release: old ones must go, or the disk fills up.
    fileprivate func mayLeaveRelease(hasSteps: Bool) -> Bool {
        switch self {
        // A site with releases lays out a push although the site is pinned.
        case .deployed, .pinned, .waiting: true
        // The release is there although `health` or `after` failed.
        case .failed: hasSteps
        default: false
        }
    }
}

extension ContinuousClock.Instant {
    /// The time passed since the instant.
    var age: Duration { duration(to: .now) }
}
