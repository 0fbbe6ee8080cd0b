internal import Foundation
internal import Git
internal import Processes
internal import Text

/// A site with releases, locked for one deployment:
///
///     prepare → resolve → fetch → lay out → pinned? ─ no → swap → compare → deployed, unchanged
///                                              └─ yes → compare → pinned
///
/// Until the swap, nothing that visitors see changes. After a crash, the next deployment removes what is not complete.
struct LockedReleases: LockedSite {
    let strategy: ReleaseStrategy
    let lock: SiteLock

    private var folder: ReleaseFolder { strategy.folder }

    func release() { lock.release() }

    func deploy(
        _ order: Order, announced: [DeploymentRecord.Target], _ limits: Limits, _ transcript: Transcript,
        steps: StepSession?
    ) -> (result: DeploymentResult, note: String?) {
        let session = ReleaseSession(strategy, lock, limits, transcript, steps)
        // Another process may have deployed the commit during the wait for the lock.
        if order == .follow, strategy.pin == nil, let known = session.commitWithoutWork(announced) {
            return (.unchanged(known), nil)
        }
        do throws(Failure) {
            // A person who asks for a deployment announces no commit.
            let result = try session.deploy(order, isAsked: announced.isEmpty)
            // A step has ended the deployment.
            let isStopped = result.isStopped
            let (compared, note) =
                order == .follow && !isStopped ? try compare(announced, result, session) : (result, nil)
            let rollback = order == .follow ? nil : strategy.pin?.rollbackNote
            let notes = [rollback, note, session.move] + session.notes
            return (compared, notes.compactMap(\.self).isEmpty ? nil : notes.compactMap(\.self).joined(separator: "; "))
        } catch {
            if limits.cancellation.isCancelled { return (.interrupted, nil) }
            if error.isMissingRef, let target = announced.first(where: { !$0.isDeletion }) {
                return (.waiting(for: target), nil)
            }
            return (.failed(error), nil)
        }
    }

    /// Compares the announced targets with what the remote showed. A site that has changed is deployed, even if git cannot
    /// compare commits.
    private func compare(
        _ announced: [DeploymentRecord.Target], _ result: DeploymentResult, _ session: ReleaseSession
    ) throws(Failure) -> (result: DeploymentResult, note: String?) {
        do throws(Failure) {
            return try session.compare(Announcements(targets: announced), result)
        } catch {
            guard case .deployed = result else { throw error }
            return (result, "the announced commit could not be compared: \(error.message)")
        }
    }

    /// Removes old releases, and packs the repository if it needs packing.
    func tidy(_ limits: Limits) {
        guard let repository = try? strategy.repository(limits) else { return }
        ReleasePruning(strategy, repository).prune(limits)
    }
}

extension DeploymentResult {
    /// Whether the deployment ended before it was done.
    fileprivate var isStopped: Bool {
        switch self {
        case .failed, .cancelled, .interrupted: true
        default: false
        }
    }

    /// The remote lags behind the announced target.
    static func waiting(for target: DeploymentRecord.Target) -> DeploymentResult {
        .waiting(for: target.isDeletion ? "the deletion of \(target.ref)" : target.commit.short)
    }
}
