internal import Foundation
internal import Synchronization

/// A one-way signal to stop running commands. A cancellation cannot be reset.
public final class Cancellation: Sendable {
    private let pipe = CloseOnExecPipe()
    /// Set at once. The pipe may hang up later, as a starting process may hold the writing end open for a moment.
    private let flag = Atomic(false)

    /// Creates a cancellation that has not been cancelled.
    public init() {}

    /// Stops the running commands with their process groups, and keeps further commands from starting.
    public func cancel() {
        flag.store(true, ordering: .sequentiallyConsistent)
        pipe.closeWriting()
    }

    /// Whether `cancel()` has been called.
    public var isCancelled: Bool { flag.load(ordering: .sequentiallyConsistent) }

    /// Waits for `time`, or until `cancel()` is called. Returns whether it was called.
    public func wait(for time: Duration) -> Bool {
        var entry = pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)
        let deadline = ContinuousClock.now + time
        while !isCancelled, deadline > .now {
            poll(&entry, 1, Int32(ContinuousClock.now.duration(to: deadline) / .milliseconds(1)) + 1)
        }
        return isCancelled
    }

    /// A descriptor that polls as hung up after `cancel()`.
    package var descriptor: Int32 { pipe.reading }
}
