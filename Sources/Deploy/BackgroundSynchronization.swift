internal import Foundation
internal import Git
internal import Synchronization

/// A synchronization of a clone (`WorkingClone.synchronize`) on a thread of its own.
///
/// It covers everything that was written to the clone before the synchronization was created, and nothing later.
final class BackgroundSynchronization: Sendable {
    private let hasEnded = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<Void, GitError>>(.success(()))

    /// Starts the synchronization of `clone`.
    init(of clone: some WorkingClone) {
        let thread = Thread { [self] in
            do throws(GitError) {
                try clone.synchronize()
            } catch {
                result.withLock { $0 = .failure(error) }
            }
            hasEnded.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Waits until the changes are on the disk.
    ///
    /// - Throws: `GitError` if the disk reports an error.
    func wait() throws(GitError) {
        hasEnded.wait()
        // A second call finds the result, too.
        hasEnded.signal()
        try result.withLock { $0 }.get()
    }
}
