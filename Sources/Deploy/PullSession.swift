internal import Git

/// One deployment by `git pull --rebase`. One command both fetches and places.
///
///     on the branch, clean ── pull ──→ at the upstream, or rebased on top of it ──→ verified
///                              ├─ conflict: rebase --abort ──────────→ as before
///                              ├─ cut short in the checkout: undo it ─→ as before
///                              └─ removed commits came back: reset ──→ at the upstream, or as before
final class PullSession: StrategySession {
    private let clone: BranchClone
    private let cache: CloneCache<BranchClone>
    private let context: SessionContext
    private var before: StateBeforePull?
    /// The error of git behind the failure of `place` or `verify`.
    private var gitError: GitError?

    init(_ clone: BranchClone, _ cache: CloneCache<BranchClone>, _ context: SessionContext) {
        self.clone = clone
        self.cache = cache
        self.context = context
    }

    var head: Commit? { clone.head }

    func recover() throws(Failure) {
        try cache.attempt { try clone.repair(ownLeftovers: context.lock.isAfterInterruption, context.limits) }
    }

    func resolve(_ order: Order) throws(Failure) -> Destination {
        guard clone.isOnBranch else {
            throw Failure(
                "\(clone.path) is not on branch \(clone.branch)", hint: "git -C \(clone.path) switch \(clone.branch)")
        }
        let before = try cache.attempt {
            try StateBeforePull(of: clone, since: context.lock.lastUpstream, context.limits)
        }
        self.before = before
        switch order {
        case .follow: return Destination(ref: clone.upstream.ref)
        case .place(let commit):
            guard before.localCommits == 0 else { throw Failure.localCommits(in: clone.path) }
            return Destination(commit: commit)
        }
    }

    func fetch(_ destination: Destination) {}

    func place(_ destination: Destination) throws(Failure) {
        try run {
            do {
                if let commit = destination.commit {
                    try clone.reset(keepingChanges: commit, context.limits)
                } else {
                    try clone.pull(context.limits, context.transcript)
                }
            } catch let error as GitError where error.isConflict && clone.hasUnfinishedRebase {
                gitError = error
                throw Failure.conflict(in: clone)
            }
        }
    }

    /// Checks that HEAD is at the upstream or on top of it, the work tree is clean, and no commit removed by the remote
    /// came back.
    func verify(_ destination: Destination) throws(Failure) -> Placement {
        try run {
            let upstream = destination.commit ?? clone.fetchedUpstream
            // The usual case: git need not count commits.
            guard let head = clone.head, head == upstream, !clone.hasUnfinishedRebase else {
                return try verifyRebased()
            }
            guard try clone.isClean(context.limits) else { throw Failure.dirty(clone.path) }
            return Placement(live: head, upstream: upstream)
        }
    }

    private func verifyRebased() throws -> Placement {
        var status = try clone.status(context.limits)
        if let before, status.ahead > before.localCommits {
            // The upstream was rewritten, and the rebase took the removed commits for local commits.
            guard before.localCommits == 0, let upstream = clone.fetchedUpstream else {
                if let head = before.head { try clone.reset(keepingChanges: head, context.limits) }
                throw Failure.rewritten(clone)
            }
            try clone.reset(keepingChanges: upstream, context.limits)
            status = try clone.status(context.limits)
        }
        guard let head = status.head, status.behind == 0, clone.isOnBranch, !clone.hasUnfinishedRebase else {
            throw Failure("git pull exited with 0, but \(clone.path) is not at \(clone.upstream)")
        }
        guard !status.isDirty else { throw Failure.dirty(clone.path) }
        return Placement(live: head, upstream: clone.fetchedUpstream)
    }

    func compare(_ announcements: Announcements) throws(Failure) -> Announcements.Verdict {
        try cache.attempt {
            try announcements.verdict { ref in
                guard ref == clone.upstream.ref, let shown = clone.fetchedUpstream else { return nil }
                return Announcements.ShownRef(commit: shown, hasMoved: shown != before?.upstream)
            } contains: { _, announced in
                // HEAD is at the shown commit or on top of it.
                try clone.contains(announced, context.limits)
            }
        }
    }

    func restore() throws(Failure) {
        // Any other failure means: git changed nothing, or a person changed the files.
        guard let error = gitError, !error.isForLocalChanges else { return }
        try cache.attempt {
            try clone.repair(
                ownLeftovers: true, checkoutBegan: error.isCutShort && clone.fetchedUpstream != before?.upstream,
                .within(SessionContext.restoreTimeout))
        }
    }

    /// Runs `body` and keeps the error of git for `restore`.
    private func run<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
        try cache.attempt {
            do {
                return try body()
            } catch let error as GitError {
                gitError = error
                throw error
            }
        }
    }
}

extension GitError {
    /// Git could not rebase a local commit on top of the upstream.
    fileprivate var isConflict: Bool { message.contains("could not apply") }

    /// Git found local changes before changing anything.
    fileprivate var isForLocalChanges: Bool { message.contains("cannot pull with rebase") }
}
