internal import Git
internal import Processes
internal import Text

/// One deployment by `git pull --rebase`. One command both fetches and places.
///
///     on the branch, clean ── pull --ff-only ──→ at the upstream ──→ verified
///          │                   └─ the upstream was rewritten: reset ──→ at the upstream ──→ verified
///          └─ local commits ── pull ──→ rebased on top of the upstream ──→ verified
///                              ├─ conflict: rebase --abort ──→ as before
///                              └─ removed commits came back: reset ──→ at the upstream, or as before
final class PullSession: StrategySession {
    private let clone: BranchClone
    private let cache: CloneCache<BranchClone>
    private let context: SessionContext
    private var before: StateBeforePull?
    /// The upstream's commit, if it was fetched for the filter and is not placed.
    private var fetched: Commit?
    /// Whether git refused before it changed anything, so that there is nothing to restore.
    private var isRefused = false

    init(_ clone: BranchClone, _ cache: CloneCache<BranchClone>, _ context: SessionContext) {
        self.clone = clone
        self.cache = cache
        self.context = context
    }

    var head: Commit? { clone.head }

    func recover() throws(Failure) {
        try cache.attempt {
            if context.lock.isAfterInterruption, clone.hasUnfinishedRebase {
                // A person may have gone on with the rebase since.
                context.report(saved: try clone.copyChangedFiles(context.limits))
            }
            context.report(
                saved: try clone.repair(ownLeftovers: context.lock.isAfterInterruption, context.limits))
            try clone.fillIfNeverFilled(context.limits)
            guard let start = context.lock.interruptedStart else { return }
            context.report(
                saved: try clone.restore(
                    to: nil, from: context.lock.interruptedTarget, since: start, context.limits))
        }
    }

    func resolve(_ order: Order) throws(Failure) -> Destination {
        guard clone.isOnBranch else {
            throw Failure(
                "\(clone.path) is not on branch \(clone.branch)",
                remedy: Remedy(.git(in: clone.path, "switch", clone.branch.name)))
        }
        let before = try cache.attempt {
            try StateBeforePull(of: clone, since: context.lock.lastUpstream, context.limits)
        }
        self.before = before
        switch order {
        case .follow: return Destination(ref: clone.upstream.ref)
        case .place(let commit):
            guard before.localCommits == 0 else { throw Failure.localCommits(in: clone) }
            return Destination(commit: commit)
        }
    }

    func fetch(_ destination: Destination) {}

    func change(to destination: Destination) throws(Failure) -> Change? {
        let start = FileTime.now()
        do throws(Failure) {
            return try cache.attempt {
                guard let head = clone.head,
                    let commit = try clone.fetchUpstream(context.limits, context.transcript)
                else { return nil }
                fetched = commit
                let localCommits = before?.localCommits ?? 0
                let base = localCommits == 0 ? head : clone.base(with: commit, localCommits, context.limits)
                return base == commit ? nil : Change(old: base, new: commit)
            }
        } catch {
            clone.removeTemporaryObjects(since: start)
            throw error
        }
    }

    func incomingCommit(_ destination: Destination) throws(Failure) -> Commit? {
        if let commit = destination.commit ?? fetched { return commit }
        let start = FileTime.now()
        do throws(Failure) {
            return try cache.attempt { try clone.fetchUpstream(context.limits, context.transcript) }
        } catch {
            clone.removeTemporaryObjects(since: start)
            throw error
        }
    }

    func place(_ destination: Destination) throws(Failure) {
        fetched = nil
        try cache.attempt {
            if let commit = destination.commit {
                context.lock.noteTarget(commit)
                return try move(to: commit)
            }
            guard before?.localCommits == 0 else { return try rebase() }
            if clone.hasFilters, let upstream = try clone.fetchUpstream(context.limits, context.transcript) {
                try clone.keepFiles(changedBy: upstream, context.limits)
            }
            do throws(GitError) {
                try clone.pull(.fastForward, context.limits, context.transcript)
            } catch {
                isRefused = error.isRefusal
                if error.isForLocalChanges, try clone.isChangedByAttributes(context.limits) {
                    throw Failure.changedByAttributes(
                        clone.path, remote: clone.remote, ref: clone.upstream.ref)
                }
                // Nothing local is on the branch: the upstream was rewritten.
                guard error.isForDivergence, let upstream = clone.fetchedUpstream else { throw error }
                try move(to: upstream)
            }
        }
    }

    /// Rebases the local commits on top of the upstream.
    private func rebase() throws {
        if let upstream = try clone.fetchUpstream(context.limits, context.transcript) {
            try requireWay(to: upstream)
            try clone.keepFiles(changedBy: upstream, context.limits)
        }
        do throws(GitError) {
            try clone.pull(.rebase, context.limits, context.transcript)
        } catch {
            isRefused = error.isRefusal && !clone.hasUnfinishedRebase
            guard error.isConflict, clone.hasUnfinishedRebase else { throw error }
            throw Failure.conflict(in: clone)
        }
    }

    /// Moves the branch and the work tree to `commit`.
    private func move(to commit: Commit) throws {
        try requireWay(to: commit)
        try clone.keepFiles(changedBy: commit, context.limits)
        try clone.reset(keepingChanges: commit, context.limits)
    }

    /// Refuses to overwrite or delete a file that git does not track.
    private func requireWay(to commit: Commit) throws {
        let paths = try clone.pathsInTheWay(of: commit, context.limits)
        isRefused = clone.head == before?.head && !paths.isEmpty
        guard paths.isEmpty else { throw Failure.inTheWay(paths.map(\.description), in: clone.path) }
    }

    /// Checks that HEAD is at the upstream or on top of it, the work tree is clean, and no commit removed by the remote
    /// came back.
    func verify(_ destination: Destination) throws(Failure) -> Placement {
        try cache.attempt {
            let upstream = destination.commit ?? clone.fetchedUpstream
            // The usual case: git need not count commits.
            guard let head = clone.head, head == upstream, !clone.hasUnfinishedRebase else {
                return try verifyRebased()
            }
            guard try clone.isClean(since: before?.head, context.limits) else { throw Failure.dirty(clone.path) }
            return Placement(live: head, upstream: upstream)
        }
    }

    private func verifyRebased() throws -> Placement {
        var status = try clone.status(context.limits)
        var isMovedAgain = false
        if let before, status.ahead > before.localCommits {
            // The upstream was rewritten, and the rebase took the removed commits for local commits.
            guard before.localCommits == 0, let upstream = clone.fetchedUpstream else {
                if let head = before.head { try move(to: head) }
                throw Failure.rewritten(clone)
            }
            try move(to: upstream)
            isMovedAgain = true
            status = try clone.status(context.limits)
        }
        guard let head = status.head, status.behind == 0, clone.isOnBranch, !clone.hasUnfinishedRebase else {
            throw Failure("git pull exited with 0, but \(clone.path) is not at \(clone.upstream)")
        }
        guard !status.isDirty else { throw Failure.dirty(clone.path) }
        return Placement(live: head, upstream: clone.fetchedUpstream, isMovedAgain: isMovedAgain)
    }

    func compare(_ announcements: Announcements) throws(Failure) -> Announcements.Verdict {
        try cache.attempt {
            try announcements.verdict { ref in
                guard ref == clone.upstream.ref, let shown = fetched ?? clone.fetchedUpstream else { return nil }
                let isKnown = shown == before?.upstream || shown == context.lock.lastSkip?.commit
                return Announcements.ShownRef(commit: shown, hasMoved: !isKnown)
            } contains: { _, announced in
                // Unless the shown commit was skipped, HEAD is at the commit or on top of it.
                try clone.contains(announced, in: fetched, context.limits)
            }
        }
    }

    func restore() throws(Failure) {
        guard !isRefused, let start = context.lock.start else { return }
        try cache.attempt {
            let limits = Limits.within(SessionContext.restoreTimeout)
            context.report(saved: try clone.repair(ownLeftovers: true, limits))
            clone.removeTemporaryObjects(since: start)
            // Git wrote files only after its fetch.
            let fetched = clone.lastFetch(of: clone.fetchedUpstream).map { max($0, start) }
            context.report(saved: try clone.restore(to: before?.head, since: fetched ?? start, limits))
        }
    }
}

extension GitError {
    /// Git could not rebase a local commit on top of the upstream.
    fileprivate var isConflict: Bool { message.contains("could not apply") }

    /// Git could not fast-forward, as the upstream has other commits.
    fileprivate var isForDivergence: Bool { message.contains("Not possible to fast-forward") }

    /// Git found local changes.
    fileprivate var isForLocalChanges: Bool { message.contains("cannot pull with rebase") }

    /// Git refused before it changed anything: for local changes, or for untracked files in the way.
    fileprivate var isRefusal: Bool { isForLocalChanges || !pathsInTheWay.isEmpty }
}
