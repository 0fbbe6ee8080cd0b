internal import Git
internal import Processes

/// The submodules of a clone during one deployment: the parts of `PlacedSubmodules`, with their errors explained.
final class SubmodulePlacement {
    private let submodules: PlacedSubmodules
    private let clone: any WorkingClone
    private let context: SessionContext
    private var prepared: Commit?

    init(_ submodules: PlacedSubmodules, of clone: any WorkingClone, _ context: SessionContext) {
        (self.submodules, self.clone, self.context) = (submodules, clone, context)
    }

    /// Removes the remains of an interrupted deployment.
    func recover() throws(Failure) {
        guard let start = context.lock.interruptedStart else { return }
        context.report(saved: try attempt { try submodules.recover(since: start) })
    }

    /// Fetches the submodules of the destination, and checks that placing them loses nothing.
    func prepare(for destination: Destination, _ session: any StrategySession) throws(Failure) {
        guard let commit = try session.incomingCommit(destination) else { return }
        try attempt { try submodules.prepare(for: commit) }
        prepared = commit
    }

    /// Removes the files of submodules that the destination does not have.
    func clear() throws(Failure) { try attempt { try submodules.clear() } }

    /// Places the submodules of the commit that the clone is at. Returns whether there was something to do.
    func place() throws(Failure) -> Bool {
        guard let head = clone.head else { return false }
        let isPlaced = PlacedSubmodules.arePlaced(for: head, in: clone.gitDirectory)
        try attempt {
            // Another push may have come in between, or local commits are on top.
            if head != prepared { try submodules.prepare(for: head) }
            try submodules.place(for: head)
        }
        return !isPlaced
    }

    /// Removes the files of new submodules after a failure.
    func withdraw() throws(Failure) {
        try attempt { try submodules.withdraw(.within(SessionContext.restoreTimeout)) }
    }

    /// Puts the submodules back to their state before a failed deployment.
    func restore() throws(Failure) {
        guard let start = context.lock.start else { return }
        let limits = Limits.within(SessionContext.restoreTimeout)
        context.report(saved: try attempt { try submodules.restore(since: start, limits) })
    }

    private func attempt<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch {
            throw Failure(error, in: clone.path, clone)
        }
    }
}
