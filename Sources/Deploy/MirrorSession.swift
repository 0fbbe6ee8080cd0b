internal import Git
internal import Processes

/// One deployment by `git checkout --detach`.
///
///     clean, no commits of its own ── fetch ──→ checkout ──→ verified
///                                                 └─ failed or cut short: restore ──→ as before
final class MirrorSession: StrategySession {
    private let clone: DetachedClone
    private let cache: CloneCache<DetachedClone>
    private let pattern: RefPattern
    private let context: SessionContext
    /// The refs of the remote that match the pattern, the highest version first, if the order is to follow the pattern.
    private var listed: [RemoteRef] = []
    /// Where HEAD pointed before the placement.
    private var before: DetachedClone.Position?
    /// The commit to be placed.
    private var target: Commit?
    /// Whether git refused before it changed anything, so that there is nothing to restore.
    private var isRefused = false

    init(
        _ clone: DetachedClone, _ cache: CloneCache<DetachedClone>, _ pattern: RefPattern, _ context: SessionContext
    ) {
        self.clone = clone
        self.cache = cache
        self.pattern = pattern
        self.context = context
    }

    var head: Commit? { clone.head }

    func recover() throws(Failure) {
        try cache.attempt {
            try clone.repair(context.limits)
            try clone.fillIfNeverFilled(context.limits)
            guard let start = context.lock.interruptedStart else { return }
            context.report(
                saved: try clone.restore(
                    to: nil, from: context.lock.interruptedTarget, since: start, context.limits))
        }
    }

    func resolve(_ order: Order) throws(Failure) -> Destination {
        let destination = try destination(of: order)
        try cache.attempt {
            guard try clone.isClean(context.limits) else {
                throw try Failure.localChanges(in: clone, ref: listed.first?.ref ?? pattern.ref, context.limits)
            }
            guard destination.commit != clone.head else { return }
            let localCommits = try clone.countLocalCommits(besides: context.lock.lastUpstream, context.limits)
            guard localCommits == 0 else { throw Failure.localCommits(in: clone) }
        }
        return destination
    }

    private func destination(of order: Order) throws(Failure) -> Destination {
        switch order {
        case .place(let commit): return Destination(commit: commit)
        case .follow:
            listed = try cache.attempt { try clone.refs(matching: pattern, context.limits) }
            guard let latest = listed.first else { throw .noMatch(pattern, in: clone) }
            return Destination(ref: latest.ref, commit: latest.commit)
        }
    }

    func compare(_ announcements: Announcements) -> Announcements.Verdict {
        announcements.verdict { ref in
            let shown = listed.first { $0.ref == ref }
            return shown.map { Announcements.ShownRef(commit: $0.commit, object: $0.object, hasMoved: true) }
        } contains: { _, _ in
            // Only the highest version is fetched. A ref that is neither at the announced commit nor at the one before has
            // moved on.
            true
        }
    }

    func fetch(_ destination: Destination) throws(Failure) {
        guard let latest = listed.first else { return }
        let start = FileTime.now()
        do throws(Failure) {
            try cache.attempt { try clone.fetch(latest.ref, context.limits, context.transcript) }
        } catch {
            clone.removeTemporaryObjects(since: start)
            throw error
        }
    }

    func change(to destination: Destination) -> Change? {
        guard let old = clone.head, let new = destination.commit else { return nil }
        return Change(old: old, new: new)
    }

    func place(_ destination: Destination) throws(Failure) {
        guard let commit = destination.commit else { return }
        (before, target) = (clone.position, commit)
        context.lock.noteTarget(commit)
        try cache.attempt {
            try clone.keepFiles(changedBy: commit, context.limits)
            do throws(GitError) {
                try clone.checkOut(commit, context.limits, context.transcript)
            } catch {
                isRefused = !error.pathsInTheWay.isEmpty || error.isForLocalChanges
                throw error
            }
        }
    }

    func verify(_ destination: Destination) throws(Failure) -> Placement {
        try cache.attempt {
            guard let head = clone.head, head == destination.commit,
                try clone.isClean(since: before?.commit, context.limits)
            else {
                let place = destination.ref ?? destination.commit?.short ?? "the commit"
                throw Failure("git checkout exited with 0, but \(clone.path) is not at \(place)")
            }
            return Placement(live: head, upstream: head)
        }
    }

    func restore() throws(Failure) {
        guard !isRefused, let start = context.lock.start else { return }
        try cache.attempt {
            let limits = Limits.within(SessionContext.restoreTimeout)
            try clone.repair(limits)
            context.report(saved: try clone.restore(to: before, from: target, since: start, limits))
        }
    }
}

extension GitError {
    /// Git found local changes before changing anything.
    fileprivate var isForLocalChanges: Bool { message.contains("local changes to the following files would be") }
}
