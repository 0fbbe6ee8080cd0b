internal import Git

/// The strategy `pull`: `git pull --rebase` in the clone. What cannot be pulled leaves the clone as it was.
struct Pull: Strategy {
    let clone: Clone

    /// How long putting things right may take when the deployment's own time is up.
    private static let repairTime = Duration.seconds(30)

    var deployed: Commit? { clone.head }

    func deploy(_ targets: Set<Commit>, _ limits: Git.Limits) -> Outcome {
        do {
            let lock = try SiteLock(in: clone.gitDirectory, limits)
            defer { lock.release() }
            // Another process may have been here while this one waited.
            if !lock.isAfterInterruption, let head = clone.head, targets == [head] { return .unchanged(head) }
            try clone.repair(ownLeftovers: lock.isAfterInterruption, limits)
            return try pull(lock, limits)
        } catch  where limits.cancellation.isCancelled {
            return .interrupted
        } catch let failure as Failure {
            return .failed(failure)
        } catch let error as GitError {
            return .failed(Failure(error, in: clone))
        } catch let error as Clone.Occupied {
            return .failed(Failure(error.message, hint: error.hint))
        } catch {
            return .failed(Failure("\(error)"))
        }
    }

    private func pull(_ lock: SiteLock, _ limits: Git.Limits) throws -> Outcome {
        guard clone.isOnBranch else {
            throw Failure(
                "\(clone.path) is not on \(clone.branch)", hint: "git -C \(clone.path) switch \(clone.branch)")
        }
        let before = try Position(of: clone, since: lock.lastUpstream, limits)
        lock.noteBeginning()
        do {
            try clone.pull(limits)
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
    private func clearUp(after error: any Error, _ before: Position) throws {
        // Otherwise git has done nothing, or everything, and what has changed is someone else's.
        guard let error = error as? GitError, !error.isForLocalChanges else { return }
        try clone.repair(
            ownLeftovers: true, checkoutBegan: error.isCutShort && clone.fetchedUpstream != before.upstream,
            .within(Self.repairTime))
    }

    /// Deployed means deployed: HEAD is at the upstream or on top of it, the tree is clean, and no commit is there that
    /// was there neither before nor in the upstream.
    private func verify(against before: Position, _ limits: Git.Limits) throws -> Outcome {
        // The usual case, for which git need not count commits.
        if let head = clone.head, head == clone.fetchedUpstream, !clone.hasUnfinishedRebase {
            guard try clone.isClean(limits) else { throw Failure.dirty(clone) }
            return head == before.head ? .unchanged(head) : .deployed(head)
        }
        return try verifyRebased(since: before, limits)
    }

    private func verifyRebased(since before: Position, _ limits: Git.Limits) throws -> Outcome {
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
        guard !status.isDirty else { throw Failure.dirty(clone) }
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
        if case .exited = end { false } else { true }
    }
}

/// Where a clone was before a pull.
private struct Position {
    let head: Commit?
    let upstream: Commit?
    /// How many commits it had of its own.
    let localCommits: Int

    /// - Parameter known: where the upstream was at the last deployment. It may have been fetched since, so that commits
    ///   that were removed from it look like local ones.
    init(of clone: Clone, since known: Commit?, _ limits: Git.Limits) throws {
        head = clone.head
        upstream = clone.fetchedUpstream
        // The usual case costs no process: the clone is where the upstream was.
        let isAtUpstream = head != nil && head == upstream
        localCommits = isAtUpstream ? 0 : try clone.countLocalCommits(besides: known, limits)
    }
}
