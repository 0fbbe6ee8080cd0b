internal import Git
internal import Synchronization

/// The opened clone of a site. Opening takes several git processes, so the clone is opened once, and again after git
/// failed: the cause may be that the clone has changed since.
final class CloneCache<Clone: WorkingClone>: Sendable {
    /// The folder of the clone, as configured.
    let path: String

    private struct State {
        var clone: Clone?
        /// Kept after `forget`: a push must find its site also while the clone is closed.
        var source: Source?
    }

    private let state = Mutex(State())

    /// Creates an empty cache for the clone at `path`.
    init(path: String) {
        self.path = path
    }

    /// The clone, if it is open. It may have been moved away since.
    var kept: Clone? { state.withLock(\.clone) }

    /// The clone, if it is open and still where it was.
    var opened: Clone? { kept.flatMap { $0.isInPlace ? $0 : nil } }

    /// What the clone said about its origin when it was last opened.
    var source: Source? { state.withLock(\.source) }

    /// Keeps `clone` for later calls.
    func keep(_ clone: Clone, source: Source?) {
        state.withLock { $0 = State(clone: clone, source: source ?? $0.source) }
    }

    /// Closes the clone, so that the next use opens it again.
    func forget() { state.withLock { $0.clone = nil } }

    /// Runs `body`, which runs git, and explains its error. An error of git closes the clone.
    func attempt<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch {
            if error is GitError { forget() }
            throw Failure(error, in: path)
        }
    }
}
