internal import Processes
internal import Git

/// A clone that is held: `git pull --rebase`, and the verified that it did what it should.
struct PullSession: LockedSite {
    private let clone: BranchClone
    private let lock: SiteLock
    /// What to do when something fails that may have to do with what is known of the clone.
    private let forget: @Sendable () -> Void

    /// How long putting things right may take when the deployment's own time is up.
    private static let repairTime = Duration.seconds(30)

    init(_ clone: BranchClone, lock: SiteLock, forget: @escaping @Sendable () -> Void) {
        self.clone = clone
        self.lock = lock
        self.forget = forget
    }

    func release() { lock.release() }

    func deploy(_ targets: Set<Commit>, _ limits: Limits, _ transcript: Transcript) -> Outcome {
        do {
            // Another process may have been here while this one waited.
            if !lock.isAfterInterruption, let head = clone.head, targets == [head] { return .unchanged(head) }
            try clone.repair(ownLeftovers: lock.isAfterInterruption, limits)
            return try pull(limits, transcript)
        } catch  where limits.cancellation.isCancelled {
            return .interrupted
        } catch {
            // What git could not do may have to do with what the clone was when it was opened. What we refuse has not, and
            // to look again would be to follow whatever branch is checked out by then.
            if error is GitError { forget() }
            return .failed(Failure(error, in: clone.path))
        }
    }

    private func pull(_ limits: Limits, _ transcript: Transcript) throws -> Outcome {
        guard clone.isOnBranch else {
            throw Failure(
                "\(clone.path) is not on \(clone.branch)", hint: "git -C \(clone.path) switch \(clone.branch)")
        }
        let before = try StateBeforePull(of: clone, since: lock.lastUpstream, limits)
        lock.noteBeginning()
        do {
            try clone.pull(limits, transcript)
            let outcome = try verify(against: before, limits)
            lock.noteEnd(deployed: clone.fetchedUpstream)
            return outcome
        } catch {
            let isConflict = clone.hasUnfinishedRebase && (error as? GitError)?.isConflict == true
            try clearUp(after: error, before)
            lock.noteEnd()
            throw isConflict ? Failure.conflict(in: clone) : error
        }
    }

    /// Makes the clone what it was before. If this fails, the note stays, and the next deployment tries again.
    private func clearUp(after error: any Error, _ before: StateBeforePull) throws {
        // Otherwise git has done nothing, or everything, and what has changed is someone else's.
        guard let error = error as? GitError, !error.isForLocalChanges else { return }
        try clone.repair(
            ownLeftovers: true, checkoutBegan: error.isCutShort && clone.fetchedUpstream != before.upstream,
            .within(Self.repairTime))
    }

    /// Deployed means deployed: HEAD is at the upstream or on top of it, the tree is clean, and no commit is there that
    /// was there neither before nor in the upstream.
    private func verify(against before: StateBeforePull, _ limits: Limits) throws -> Outcome {
        // The usual case, for which git need not count commits.
        if let head = clone.head, head == clone.fetchedUpstream, !clone.hasUnfinishedRebase {
            guard try clone.isClean(limits) else { throw Failure.dirty(clone.path) }
            return head == before.head ? .unchanged(head) : .deployed(head)
        }
        return try verifyRebased(since: before, limits)
    }

    private func verifyRebased(since before: StateBeforePull, _ limits: Limits) throws -> Outcome {
        var status = try clone.status(limits)
        if status.ahead > before.localCommits {
            // The upstream was rewritten, and the rebase took what was removed there for commits made here.
            guard before.localCommits == 0, let upstream = clone.fetchedUpstream else {
                if let head = before.head { try clone.reset(keepingChanges: head, limits) }
                throw Failure.rewritten(clone)
            }
            try clone.reset(keepingChanges: upstream, limits)
            status = try clone.status(limits)
        }
        guard let head = status.head, status.behind == 0, clone.isOnBranch, !clone.hasUnfinishedRebase else {
            throw Failure("git pull succeeded, but \(clone.path) is not where \(clone.upstream) is")
        }
        guard !status.isDirty else { throw Failure.dirty(clone.path) }
        return head == before.head ? .unchanged(head) : .deployed(head)
    }
}

extension GitError {
    /// Git could not put a local commit on top of the upstream's.
    fileprivate var isConflict: Bool { message.contains("could not apply") }

    /// Git found local changes before it began.
    fileprivate var isForLocalChanges: Bool { message.contains("cannot pull with rebase") }

    /// Git did not come to its end.
    fileprivate var isCutShort: Bool {
        if case .exited = termination { false } else { true }
    }
}
