internal import Processes
internal import Foundation
internal import Git

/// A deployment that has come to its end.
public struct FinishedDeployment: Sendable {
    /// What began.
    public let started: StartedDeployment
    /// What came of it.
    public let outcome: Outcome
    /// How long it took.
    public let duration: Duration
}

/// Deploys what the ledger has queued for a site: takes the site, notes the beginning, has the strategy do it, notes the
/// end. To be called on a plain thread, as the commands it runs inherit the signal mask.
struct Deployer: Sendable {
    let writer: GroupCommitWriter

    /// - Parameters:
    ///   - transcript: gets what the commands write.
    ///   - onStart: called as soon as it is known what is deployed.
    /// - Returns: what came of it; `nil` if nothing was queued, as when another process has done it.
    /// - Throws: `LedgerError` if it could not be started; it stays queued.
    func deploy(
        _ site: Site, _ cancellation: Cancellation, _ transcript: Transcript,
        onStart: (StartedDeployment) -> Void = { _ in }
    ) throws(LedgerError) -> FinishedDeployment? {
        let start = ContinuousClock.now
        let limits = Limits(deadline: start + site.timeout, cancellation: cancellation)
        let lockedSite: any LockedSite
        do {
            lockedSite = try site.strategy.lock(limits)
        } catch {
            guard !cancellation.isCancelled else { return nil }
            let failure = error as? Failure ?? Failure("\(error)")
            let rejected = try writer.write { try $0.reject(site.name, failure, at: Date()) }
            return rejected.map { FinishedDeployment(started: $0, outcome: .failed(failure), duration: start.age) }
        }
        defer { lockedSite.release() }
        guard let started = try writer.write({ try $0.start(site.name, at: Date()) }) else { return nil }
        onStart(started)
        let outcome = lockedSite.deploy(started.targets, limits, transcript)
        let finished = FinishedDeployment(started: started, outcome: outcome, duration: start.age)
        let conclusion = DeploymentRecord.Conclusion(outcome, duration: finished.duration, output: transcript.text)
        // If that cannot be written, it is still there as running, and is looked at again: nothing is lost.
        _ = try? writer.write { try $0.finish(started.id, conclusion, at: Date()) }
        return finished
    }
}

extension ContinuousClock.Instant {
    /// How long ago it was.
    var age: Duration { duration(to: .now) }
}
