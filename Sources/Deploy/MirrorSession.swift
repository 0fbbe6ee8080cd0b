internal import Git
internal import Processes
internal import Text

/// One deployment by `git checkout --detach`.
///
///     clean, no commits of its own ── fetch ──────────────→ checkout ──→ verified
///          edits, local commits ──────── fetch ──→ discard ──┘   └─ failed or cut short: restore ──→ as before
///
/// Edits and local commits are saved and discarded only if the site allows that; otherwise they are refused.
final class MirrorSession: StrategySession {
    private let clone: DetachedClone
    private let cache: CloneCache<DetachedClone>
    private let pattern: RefPattern
    private let context: SessionContext
    /// Whether a person's edits and commits are saved and discarded, and not refused.
    private let discardsWork: Bool
    private(set) var hasEdits = false
    private var hasLocalCommits = false
    /// The saved work.
    private var work: DiscardedWork?
    /// The refs of the remote that match the pattern, the highest version first, if the order is to follow the pattern.
    private var listed: [RemoteRef] = []
    /// Where HEAD pointed before the placement.
    private var before: DetachedClone.Position?
    /// The commit to be placed.
    private var target: Commit?
    /// Whether git refused before it changed anything, so that there is nothing to restore.
    private var isRefused = false

    init(
        _ clone: DetachedClone, _ cache: CloneCache<DetachedClone>, _ pattern: RefPattern, _ context: SessionContext,
        discardsWork: Bool
    ) {
        self.clone = clone
        self.cache = cache
        self.pattern = pattern
        self.context = context
        self.discardsWork = discardsWork
    }

    var head: Commit? { clone.head }

    func recover() throws(Failure) {
        try cache.attempt {
            try clone.repair(context.limits)
            try clone.fillIfNeverFilled(context.limits)
            guard let start = context.lock.interruptedStart, mayHavePlaced else { return }
            context.report(
                saved: try clone.restore(
                    to: nil, from: context.lock.interruptedTarget, since: start, context.limits))
            if let edits = context.lock.interruptedEdits, clone.head == edits {
                try clone.takeBack(edits, context.limits)
            }
        }
    }

    /// Whether the interrupted deployment may have changed files. A deployment with work to discard changes none until HEAD is at
    /// the saved commit. Until then a restoration would only lose what is in the index.
    private var mayHavePlaced: Bool {
        guard discardsWork else { return true }
        guard let target = context.lock.interruptedTarget else { return false }
        guard let edits = context.lock.interruptedEdits else { return true }
        return clone.head == edits || clone.head == target
    }

    func resolve(_ order: Order) throws(Failure) -> Destination {
        let destination = try destination(of: order)
        try cache.attempt {
            hasEdits = try !clone.isClean(context.limits)
            if hasEdits, try !discardsWork || clone.isChangedByAttributes(context.limits) {
                throw try Failure.localChanges(in: clone, ref: listed.first?.ref ?? pattern.ref, context.limits)
            }
            guard destination.commit != clone.head else { return }
            hasLocalCommits = try clone.countLocalCommits(besides: context.lock.lastUpstream, context.limits) > 0
            guard !hasLocalCommits || discardsWork else { throw Failure.localCommits(in: clone) }
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
        guard let old = clone.head, let new = destination.commit, old != new else { return nil }
        return Change(old: old, new: new)
    }

    func place(_ destination: Destination) throws(Failure) {
        guard let commit = destination.commit else { return }
        (before, target) = (clone.position, commit)
        try cache.attempt {
            if hasEdits || hasLocalCommits {
                try discardWork(for: commit)
            } else {
                context.lock.noteTarget(commit)
            }
            try clone.keepFiles(changedBy: commit, context.limits)
            do throws(GitError) {
                try clone.checkOut(commit, context.limits, context.transcript)
            } catch {
                isRefused = !error.pathsInTheWay.isEmpty || error.isForLocalChanges
                throw error
            }
        }
    }

    /// Saves the edits and local commits, and moves HEAD to the saved commit.
    private func discardWork(for commit: Commit) throws {
        // Nothing has changed yet if the work cannot be saved.
        isRefused = true
        try clone.discardWork(hasEdits: hasEdits, context.limits) { work in
            self.work = work
            context.lock.noteTarget(commit, discarding: work.hasEdits ? work.commit : nil)
        }
        isRefused = false
    }

    var note: String? {
        guard let work else { return nil }
        let edits = ShellCommand.git(in: clone.path, "stash", "apply", work.ref)
        let name = "discarded-\(work.ref.split(separator: "/").last ?? "")"
        let commits = ShellCommand.git(in: clone.path, "branch", name, hasEdits ? "\(work.ref)^" : work.ref)
        let remedies = [
            hasEdits ? "local edits were saved and discarded; to bring them back: \(edits)" : nil,
            hasLocalCommits ? "local commits were saved and discarded; to keep them on a branch: \(commits)" : nil,
        ]
        return remedies.compactMap(\.self).joined(separator: "; ")
    }

    func verify(_ destination: Destination) throws(Failure) -> Placement {
        try cache.attempt {
            guard let head = clone.head, head == destination.commit,
                try clone.isClean(since: work?.commit ?? before?.commit, context.limits)
            else {
                let place = destination.ref ?? destination.commit?.short ?? "the commit"
                throw Failure("git checkout exited with 0, but \(clone.path) is not at \(place)")
            }
            return Placement(live: head, upstream: head)
        }
    }

    func restore() throws(Failure) {
        guard let start = context.lock.start, !isRefused || work != nil else { return }
        try cache.attempt {
            let limits = Limits.within(SessionContext.restoreTimeout)
            if !isRefused {
                try clone.repair(limits)
                let position = work.flatMap { $0.hasEdits ? DetachedClone.Position(at: $0.commit) : nil } ?? before
                context.report(saved: try clone.restore(to: position, from: target, since: start, limits))
            }
            try takeBackWork(limits)
        }
    }

    /// Makes the saved edits a person's edits again. The reference goes if the files are as they were saved, and otherwise
    /// stays.
    private func takeBackWork(_ limits: Limits) throws {
        guard let work else { return }
        let isBack = try isRefused || clone.isClean(limits)
        if work.hasEdits { try clone.takeBack(work.commit, to: before, limits) }
        if isBack { try clone.forget(work, limits) }
        self.work = nil
    }
}

extension GitError {
    /// Git found local changes before changing anything.
    fileprivate var isForLocalChanges: Bool { message.contains("local changes to the following files would be") }
}
