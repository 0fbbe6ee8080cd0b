internal import Git

/// One deployment by `git checkout --detach`.
///
///     clean, no commits of its own ── fetch ──→ checkout ──→ verified
///                                                 └─ cut short: undo it ──→ as before
final class MirrorSession: StrategySession {
    private let clone: DetachedClone
    private let cache: CloneCache<DetachedClone>
    private let pattern: RefPattern
    private let context: SessionContext
    /// The refs of the remote that match the pattern, the highest version first, if the order is to follow the pattern.
    private var listed: [RemoteRef] = []
    /// Whether the checkout was ended before git could finish or undo its work.
    private var isCheckoutCutShort = false

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
        try cache.attempt { try clone.repair(checkoutBegan: context.lock.isAfterInterruption, context.limits) }
    }

    func resolve(_ order: Order) throws(Failure) -> Destination {
        let destination = try destination(of: order)
        try cache.attempt {
            guard try clone.isClean(context.limits) else { throw Failure.dirty(clone.path) }
            guard destination.commit != clone.head else { return }
            let localCommits = try clone.countLocalCommits(besides: context.lock.lastUpstream, context.limits)
            guard localCommits == 0 else { throw Failure.localCommits(in: clone.path) }
        }
        return destination
    }

    private func destination(of order: Order) throws(Failure) -> Destination {
        switch order {
        case .place(let commit): return Destination(commit: commit)
        case .follow:
            listed = try cache.attempt { try clone.refs(matching: pattern, context.limits) }
            guard let latest = listed.first else { throw .noMatch(pattern) }
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
        try cache.attempt { try clone.fetch(latest, pattern, context.limits, context.transcript) }
    }

    func place(_ destination: Destination) throws(Failure) {
        guard let commit = destination.commit else { return }
        try cache.attempt {
            do {
                try clone.checkOut(commit, context.limits, context.transcript)
            } catch let error as GitError {
                isCheckoutCutShort = error.isCutShort
                throw error
            }
        }
    }

    func verify(_ destination: Destination) throws(Failure) -> Placement {
        try cache.attempt {
            guard let head = clone.head, head == destination.commit, try clone.isClean(context.limits) else {
                let place = destination.ref ?? destination.commit?.short ?? "the commit"
                throw Failure("git checkout exited with 0, but \(clone.path) is not at \(place)")
            }
            return Placement(live: head, upstream: head)
        }
    }

    func restore() throws(Failure) {
        try cache.attempt {
            // A git that exited by itself has moved everything or nothing.
            try clone.repair(checkoutBegan: isCheckoutCutShort, .within(SessionContext.restoreTimeout))
        }
    }
}
