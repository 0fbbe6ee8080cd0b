internal import Foundation
internal import Git

/// A deployment that has come to its end.
public struct FinishedDeployment: Sendable {
    /// What began.
    public let begun: BegunDeployment
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
    ///   - onBegin: called as soon as it is known what is deployed.
    /// - Returns: what came of it; `nil` if nothing was queued, as when another process has done it.
    /// - Throws: `LedgerError` if it could not be begun; it stays queued.
    func deploy(
        _ site: Site, _ cancellation: Cancellation, _ transcript: Transcript,
        onBegin: (BegunDeployment) -> Void = { _ in }
    ) throws(LedgerError) -> FinishedDeployment? {
        let start = ContinuousClock.now
        let limits = Git.Limits(deadline: start + site.timeout, cancellation: cancellation)
        let lockedSite: any LockedSite
        do {
            lockedSite = try site.strategy.lock(limits)
        } catch {
            guard !cancellation.isCancelled else { return nil }
            let failure = error as? Failure ?? Failure("\(error)")
            let refused = try writer.write { try $0.refuse(site.name, failure, at: Date()) }
            return refused.map { FinishedDeployment(begun: $0, outcome: .failed(failure), duration: start.age) }
        }
        defer { lockedSite.release() }
        guard let begun = try writer.write({ try $0.begin(site.name, at: Date()) }) else { return nil }
        onBegin(begun)
        let outcome = lockedSite.deploy(begun.targets, limits, transcript)
        let finished = FinishedDeployment(begun: begun, outcome: outcome, duration: start.age)
        let conclusion = DeploymentRecord.Conclusion(outcome, duration: finished.duration, output: transcript.text)
        // If that cannot be written, it is still there as running, and is looked at again: nothing is lost.
        _ = try? writer.write { try $0.end(begun.id, conclusion, at: Date()) }
        return finished
    }
}

extension ContinuousClock.Instant {
    /// How long ago it was.
    var age: Duration { duration(to: .now) }
}
