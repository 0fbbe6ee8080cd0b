internal import Foundation
internal import Git
internal import Processes
internal import Text

/// A clone locked for one deployment. Runs the parts of a deployment in their order:
///
///     recover → resolve → fetch → place → verify → compare → deployed, unchanged
///                  │                 │      │        └─ the remote lags → waiting
///                  │          │      └──────┴─ error → restore → failed
///                  │          └─ the filter → compare → skipped
///                  └─ the clone is there already → compare
///
/// The lock file says `deploying` from before `place` until the site is verified or restored. A process that finds the
/// note with the lock free knows that the previous deployment was killed.
struct LockedClone<S: CloneStrategy>: LockedSite {
    let strategy: S
    let clone: S.Clone
    let lock: SiteLock

    /// Whether files tell that the clone has the submodules and the files in git-lfs that the site's file asks for.
    private var isComplete: Bool {
        guard !clone.isNewToLargeFiles else { return false }
        guard strategy.contents.submodules != nil, let head = clone.head else { return true }
        return PlacedSubmodules.arePlaced(for: head, in: clone.gitDirectory)
    }

    func release() { lock.release() }

    func tidy(_ limits: Limits) {
        strategy.tidy(clone, limits)
        try? clone.tidy(limits)
        try? clone.tidySubmodules(limits)
        try? clone.removeLargeFiles(besides: [clone.head].compactMap(\.self), limits)
    }

    func deploy(
        _ order: Order, announced: [DeploymentRecord.Target], _ limits: Limits, _ transcript: Transcript,
        steps: StepSession?
    ) -> (result: DeploymentResult, note: String?) {
        switch (order, strategy.pin) {
        case (.follow, let pin?): return (.pinned(pin.description), nil)
        case (.place(let commit), let pin) where pin?.commit != commit:
            return (.skipped("the site is no longer pinned at \(commit.short)"), nil)
        default: break
        }
        // Another process may have deployed the commit during the wait for the lock.
        if order == .follow, !lock.isAfterInterruption, isComplete,
            let known = strategy.commitWithoutWork(announced)
        {
            return (.unchanged(known), nil)
        }
        let session = strategy.session(
            in: clone, SessionContext(lock: lock, limits: limits, transcript: transcript))
        do throws(Failure) {
            // A person who asks for a deployment announces no commit.
            let isFiltered = order == .follow && !announced.isEmpty && !strategy.filter.isEmpty
            if strategy.contents.lfs == true, !clone.git.hasLargeFiles { throw Failure.noLFS }
            let submodules = try submodules(limits, transcript)
            let result = try deploy(order, isFiltered: isFiltered, session, submodules, limits)
            let (compared, note) = order == .follow ? try compare(announced, result, session) : (result, nil)
            let rollback = order == .follow ? nil : strategy.pin?.rollbackNote
            let missing = compared.commit == nil ? nil : try? incompleteness(limits)
            let notes = [rollback, note, session.note, move(transcript, limits), missing].compactMap(\.self)
            return (compared, notes.isEmpty ? nil : notes.joined(separator: "; "))
        } catch {
            if limits.cancellation.isCancelled { return (.interrupted, nil) }
            if error.isMissingRef, let target = announced.first(where: { !$0.isDeletion }) {
                return (.waiting(for: target), nil)
            }
            return (.failed(error.askingRemote(of: clone)), nil)
        }
    }

    private func deploy(
        _ order: Order, isFiltered: Bool, _ session: any StrategySession, _ submodules: SubmodulePlacement?,
        _ limits: Limits
    ) throws(Failure) -> DeploymentResult {
        try session.recover()
        try submodules?.recover()
        // The files are in order again: a later failure must not have them restored a second time.
        if lock.isAfterInterruption { try noteEnd() }
        let destination = try session.resolve(order)
        let before = session.head
        if let before, before == destination.commit, !session.hasEdits, isComplete {
            lock.noteEnd(deployed: before)
            return .unchanged(before)
        }
        try session.fetch(destination)
        if isFiltered, let reason = try reasonToSkip(destination, session, limits) { return .skipped(reason) }
        try submodules?.prepare(for: destination, session)
        lock.noteBeginning()
        do throws(Failure) {
            try submodules?.clear()
            try session.place(destination)
            let hasChanged = try submodules?.place() ?? false
            try strategy.cache.attempt { try clone.fillPointers(limits) }
            clone.noteLargeFiles()
            // The files go to the disk while git compares them with the commit.
            let synchronization = BackgroundSynchronization(of: clone)
            let placement = try session.verify(destination)
            try noteEnd(
                deployed: placement.upstream, hasChanged: placement.live != before || session.hasEdits || hasChanged,
                after: placement.isMovedAgain ? nil : synchronization)
            return placement.live == before ? .unchanged(placement.live) : .deployed(placement.live)
        } catch {
            try restore(session, submodules, after: error)
            throw error
        }
    }

    private func submodules(_ limits: Limits, _ transcript: Transcript) throws(Failure) -> SubmodulePlacement? {
        guard let listed = strategy.contents.submodules else { return nil }
        return try strategy.cache.attempt {
            let remote = try clone.configuredURL(limits) ?? ""
            let sources = SubmoduleSources(remote: remote, listed: listed)
            return SubmodulePlacement(
                PlacedSubmodules(of: clone, from: sources, limits, transcript), of: clone,
                SessionContext(lock: lock, limits: limits, transcript: transcript))
        }
    }

    /// Returns why the filter skips the destination, and notes the skipped commit; `nil` if the site is to be deployed.
    private func reasonToSkip(
        _ destination: Destination, _ session: any StrategySession, _ limits: Limits
    ) throws(Failure) -> String? {
        guard let change = try session.change(to: destination), let live = session.head,
            let reason = strategy.filter.reasonToSkip(
                from: change.old, to: change.new, in: clone.git, limits)
        else { return nil }
        lock.note(SkipNote(change.new, at: live, by: strategy.filter))
        return reason
    }

    /// Restores the site. If the restore fails, the note stays in the lock, and the next deployment tries again.
    private func restore(
        _ session: any StrategySession, _ submodules: SubmodulePlacement?, after failure: Failure
    ) throws(Failure) {
        do throws(Failure) {
            try submodules?.withdraw()
            try session.restore()
            try submodules?.restore()
            try noteEnd()
        } catch {
            throw Failure(
                "\(failure.message); then the site could not be restored: \(error.message)",
                hint: error.hint ?? failure.hint)
        }
    }

    /// Records the end of changes to the clone when the changes are on the disk. After a power failure, either the note
    /// is still there, or the site is complete.
    ///
    /// - Parameter synchronization: begun after the last change to the clone; `nil` to begin one now.
    private func noteEnd(
        deployed upstream: Commit? = nil, hasChanged: Bool = true,
        after synchronization: BackgroundSynchronization? = nil
    ) throws(Failure) {
        if hasChanged {
            try strategy.cache.attempt { try synchronization.map { try $0.wait() } ?? clone.synchronize() }
        }
        lock.noteEnd(deployed: upstream)
        clone.removeKeptFiles()
    }

    /// Returns what the site lacks, in words; `nil` if the site is complete.
    private func incompleteness(_ limits: Limits) throws(GitError) -> String? {
        try clone.incompleteness(fetchesSubmodules: strategy.contents.submodules != nil, limits).map {
            "the site \($0)"
        }
    }

    /// Returns the remedy if the forge redirected git to another URL.
    private func move(_ transcript: Transcript, _ limits: Limits) -> String? {
        MovedRemote(in: transcript.text).map { moved in
            let url = clone.remoteURL(limits)
            let remedy = moved.remedy(
                clone.remote, at: url, resolved: url.map { clone.resolve($0, limits) }, in: clone.path)
            return "the repository has moved: \(remedy)"
        }
    }

    /// Compares the announced targets with what the remote shows.
    private func compare(
        _ announced: [DeploymentRecord.Target], _ result: DeploymentResult, _ session: any StrategySession
    ) throws(Failure) -> (result: DeploymentResult, note: String?) {
        switch try session.compare(Announcements(targets: announced)) {
        case .shown: return (result, nil)
        case .rewritten(let target):
            return (result, "\(target.ref) was rewritten: the remote no longer has \(target.commit.short)")
        case .lagging(let target): return (.waiting(for: target), nil)
        }
    }
}
