internal import Foundation

/// The right to run a step with a home, held by one launcher at a time (flock(2)).
///
/// If Bellpull is killed, its launcher takes a moment to end the step. The next Bellpull may be there before, and its step must
/// not run beside the old one: both write into the home.
struct HomeLock {
    private let descriptor: Int32

    /// How long to wait. A launcher without Bellpull ends its step sooner.
    private static let patience = Duration.seconds(5)

    /// Waits until no other launcher has the lock.
    init(_ home: String) {
        descriptor = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let deadline = ContinuousClock.now + Self.patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, deadline > .now { usleep(5000) }
    }

    /// Releases the lock.
    func release() { close(descriptor) }
}
