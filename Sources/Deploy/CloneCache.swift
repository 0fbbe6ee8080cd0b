internal import Git
internal import Synchronization

/// The opened clone of a site. Opening takes several git processes, so the clone is opened once, and again after a git
/// error: the cause may be a change of the clone.
final class CloneCache<Clone: WorkingClone>: Sendable {
    /// The folder of the clone, as configured.
    let path: String

    private struct State {
        var clone: Clone?
        /// The clone as it was last opened, to explain errors.
        var last: Clone?
        /// Kept after `forget`: a push must find its site even while the clone is closed.
        var source: Source?
    }

    private let state = Mutex(State())

    /// Creates an empty cache for the clone at `path`.
    init(path: String) {
        self.path = path
    }

    /// The clone, if open. The folder may have been moved away since.
    var kept: Clone? { state.withLock(\.clone) }

    /// The clone, if open and still in place.
    var opened: Clone? { kept.flatMap { $0.isInPlace ? $0 : nil } }

    /// The clone's origin and followed ref, as of the last opening.
    var source: Source? { state.withLock(\.source) }

    /// Keeps `clone` for later calls.
    func keep(_ clone: Clone, source: Source?) {
        state.withLock { $0 = State(clone: clone, last: clone, source: source ?? $0.source) }
    }

    /// Closes the clone, so that the next use opens it again.
    func forget() { state.withLock { $0.clone = nil } }

    /// Runs `body` and explains its error. An error of git closes the clone.
    func attempt<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch {
            if error is GitError { forget() }
            throw Failure(error, in: path, state.withLock(\.last))
        }
    }
}
