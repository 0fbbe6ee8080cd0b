internal import Processes
internal import Git

/// A checkout that is held: put at the newest of what it follows, if nothing is lost by that.
struct MirrorSession: LockedSite {
    private let checkout: DetachedClone
    private let pattern: RefPattern
    private let lock: SiteLock
    /// What to do when something fails that may have to do with what is known of the checkout.
    private let forget: @Sendable () -> Void

    /// How long putting things right may take when the deployment's own time is up.
    private static let repairTime = Duration.seconds(30)

    init(_ checkout: DetachedClone, _ pattern: RefPattern, lock: SiteLock, forget: @escaping @Sendable () -> Void) {
        self.checkout = checkout
        self.pattern = pattern
        self.lock = lock
        self.forget = forget
    }

    func release() { lock.release() }

    func deploy(_ targets: Set<Commit>, _ limits: Limits, _ transcript: Transcript) -> Outcome {
        do {
            try checkout.repair(checkoutBegan: lock.isAfterInterruption, limits)
            guard let newest = try checkout.newest(pattern, limits) else { throw Failure.noMatch(pattern) }
            let before = checkout.head
            guard try checkout.isClean(limits) else { throw Failure.dirty(checkout.path) }
            guard before != newest.commit else {
                lock.noteEnd(deployed: newest.commit)
                return .unchanged(newest.commit)
            }
            try put(at: newest, limits, transcript)
            return .deployed(newest.commit)
        } catch  where limits.cancellation.isCancelled {
            return .interrupted
        } catch {
            forget()
            return .failed(Failure(error, in: checkout.path))
        }
    }

    /// Fetches and checks out.
    private func put(at newest: RemoteRef, _ limits: Limits, _ transcript: Transcript) throws {
        guard try checkout.countLocalCommits(besides: lock.lastUpstream, limits) == 0 else {
            throw Failure(
                "\(checkout.path) has commits of its own, which nothing would point to any more",
                hint: "git -C \(checkout.path) branch kept, to keep them; they are then no reason to stop")
        }
        try checkout.fetch(newest, pattern, limits, transcript)
        lock.noteBeginning()
        do {
            try checkout.checkOut(newest.commit, limits, transcript)
        } catch {
            try clearUp(after: error)
            throw error
        }
        guard checkout.head == newest.commit, try checkout.isClean(limits) else {
            throw Failure("git checkout succeeded, but \(checkout.path) is not at \(newest.ref)")
        }
        lock.noteEnd(deployed: newest.commit)
    }

    /// Makes the checkout what it was before. If this fails, the note stays, and the next deployment tries again.
    private func clearUp(after error: GitError) throws {
        // Git that came to its end has moved everything or nothing.
        let isCutShort = if case .exited = error.termination { false } else { true }
        try checkout.repair(checkoutBegan: isCutShort, .within(Self.repairTime))
        lock.noteEnd()
    }
}
