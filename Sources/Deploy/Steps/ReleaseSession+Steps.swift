internal import Foundation
internal import Git
internal import Processes

/// A step did not pass, so the release does not go live.
struct StepStop: Error {
    let result: DeploymentResult
}

extension StepEnd {
    /// The result of a deployment that the step ends; `nil` if the step passed.
    var result: DeploymentResult? {
        switch self {
        case .passed: nil
        case .failed(let failure): .failed(failure)
        case .superseded(let commit): .cancelled(by: commit.short)
        case .pinned: .pinned("the site was pinned during the build")
        case .interrupted: .interrupted
        }
    }
}

/// The steps of a deployment of a site with releases:
///
///     laid out → build → test → swap → restart → health ─ passes → after
///                  └──────┴─ fails → removed        └─ fails → swapped back → restart
extension ReleaseSession {
    /// Runs the steps before the release is live.
    ///
    /// - Throws: `StepStop` if a step does not pass; `LinkError` if a step made a link that leads out of the release.
    func build(_ release: inout Release, _ tree: ReleaseTree, replacing live: Release?) throws {
        guard let steps, steps.steps.changeReleases else { return }
        let start = ContinuousClock.now
        release.laidOut = .now()
        let (strategy, cancellation) = (strategy, limits.cancellation)
        let end = steps.prepare(place(of: release, after: live, isWritable: true)) { [pin] in
            let present = strategy.pin
            return present != nil && present != pin
        } newest: {
            let limits = Limits.within(.seconds(20), cancellation: cancellation)
            guard let repository = try? strategy.repository(limits) else { return nil }
            return try? repository.newest(strategy.pattern, limits)?.commit
        }
        // The steps have time limits of their own.
        limits = Limits(deadline: limits.deadline + start.age, cancellation: limits.cancellation)
        if let result = end.result { throw StepStop(result: result) }
        // A second name of a file, in the cache or in what releases share, would let a later step change the live release.
        try tree.takeOver()
        try tree.checkLinks(shared: strategy.options.shared, limits)
        release.built = .now()
    }

    /// Restarts the application and checks the release that has just gone live. If the check fails, the release before goes
    /// live again; after a rollback the site stays where the person wants it.
    func prove(_ release: Release, after live: Release?, isRollback: Bool) throws(Failure) -> DeploymentResult {
        guard let steps, steps.steps.health != nil else { return .deployed(release.commit) }
        let start = ContinuousClock.now
        defer { limits = Limits(deadline: limits.deadline + start.age, cancellation: limits.cancellation) }
        steps.restart(at: release.commit)
        let end = steps.check(place(of: release, after: live, isWritable: false))
        switch end {
        case .passed, .superseded, .pinned:
            note(release.name) { $0.proven().live() }
            return .deployed(release.commit)
        case .interrupted: return .interrupted
        case .failed(let failure):
            if isRollback {
                layoutNotes.append("\(failure.message); the site stays there")
                return .deployed(release.commit)
            }
            return try withdraw(release, for: live, because: failure)
        }
    }

    /// Checks the live release if an earlier process was killed before it could.
    ///
    /// - Returns: the commit and the result if the release was taken back, or could not be checked; `nil` otherwise.
    func proveAgain() throws(Failure) -> (commit: Commit, result: DeploymentResult)? {
        guard let live = folder.live, live.isUnproven else { return nil }
        let result = try prove(live, after: folder.previous(), isRollback: strategy.pin != nil)
        if case .deployed = result { return nil }
        return (live.commit, result)
    }

    /// Puts the release `live` back, and notes that catch-up is not to deploy the failed commit again.
    private func withdraw(
        _ release: Release, for live: Release?, because failure: Failure
    ) throws(Failure) -> DeploymentResult {
        guard let live, live.name != release.name else {
            note(release.name) { $0.proven() }
            return .failed(
                Failure(
                    "\(failure.ofHealth); \(release.commit.short) stays live, because there is no release before",
                    hint: failure.hint))
        }
        // The notes come first: if this process is killed, nobody must go back to the release.
        note(release.name) { $0.left(isWithdrawn: true) }
        lock.note(SkipNote(release.commit, at: live.commit, because: SkipNote.health))
        try folder.swap(to: live.name)
        note(release.name) { $0.proven() }
        note(live.name) { $0.live(since: Date(), isUnproven: false) }
        steps?.restart(at: live.commit)
        return .failed(
            Failure(
                "\(failure.ofHealth); \(live.commit.short) is live again", hint: failure.hint))
    }

    private func note(_ name: String, _ change: (Release) -> Release) {
        guard let release = folder.release(name) else { return }
        try? folder.write(change(release))
    }

    /// Returns where the steps of `release` run.
    private func place(of release: Release, after live: Release?, isWritable: Bool) -> StepPlace {
        let previous = live.flatMap { $0.name == release.name ? nil : $0 }
        return StepPlace(
            folder: folder.folder(of: release.name), isWritable: isWritable, home: folder.cache, shared: folder.shared,
            commit: release.commit, ref: release.ref, previousCommit: previous?.commit,
            previousRelease: previous.map { folder.folder(of: $0.name) }, isRelease: true)
    }

    /// Returns files of the release that somebody changed.
    func changedFiles(of release: Release, in repository: BareRepository) throws -> [String] {
        let tree = ReleaseTree(repository, name: release.name, in: folder.folder(of: release.name))
        let shared = strategy.options.shared
        if let built = release.built { return tree.changedFiles(since: built, shared: shared) }
        return try tree.changedFiles(shared: shared, limits)
    }
}

extension Failure {
    /// The message, which begins with the name of the step.
    fileprivate var ofHealth: String { message.hasPrefix("health") ? message : "health: \(message)" }
}
