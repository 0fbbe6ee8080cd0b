internal import Foundation
internal import Synchronization

/// A thread that accepts connections and reads requests. `ReadDeadlines` can interrupt both.
///
/// An interruption is a signal with an empty handler: the blocking system call fails with `EINTR`, and libfcgi treats
/// the error as the end of the connection. Shutting down the descriptor instead would not be safe: libfcgi may have
/// closed the descriptor, and its number may already belong to another connection.
final class ReaderThread: Sendable {
    private static let signal = SIGUSR2

    private let thread = pthread_self()
    private let activity = Mutex(ReaderActivity.answering)
    private let onSlowRead: @Sendable () -> Void
    private unowned let deadlines: ReadDeadlines

    /// Installs the handler of the signal for the whole process.
    static func installSignalHandler() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(signal, &action, nil)
    }

    /// Makes the calling thread a reader thread.
    ///
    /// - Parameters:
    ///   - deadlines: the owner of this thread, which must outlive the thread.
    ///   - onSlowRead: see `ReadDeadlines.add(onSlowRead:)`.
    init(_ deadlines: ReadDeadlines, onSlowRead: @escaping @Sendable () -> Void) {
        self.deadlines = deadlines
        self.onSlowRead = onSlowRead
        // Threads and processes inherit the mask of blocked signals from their creator.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, Self.signal)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Calls `body`, which waits for a connection, until `body` returns a value. Returns `nil` if the deadlines stop
    /// first.
    func accepting<Result>(_ body: () -> Result?) -> Result? {
        activity.withLock { $0 = .accepting }
        defer { activity.withLock { $0 = .answering } }
        while !deadlines.isStopping {
            if let result = body() { return result }
        }
        return nil
    }

    /// Calls `body`, which reads a request, once. The read timeout applies to this call.
    func reading<Result>(_ body: () -> Result) -> Result {
        activity.withLock { $0 = .reading(since: .now) }
        defer { activity.withLock { $0 = .answering } }
        deadlines.wake()
        return body()
    }

    /// Whether the thread reads a request now.
    var isReading: Bool { activity.withLock { $0.isReading } }

    /// Reports a slow read, and interrupts the thread if necessary. The lock keeps the thread from starting another
    /// activity before the signal is sent.
    func check(at now: ContinuousClock.Instant, readTimeout: Duration, isStopping: Bool) {
        activity.withLock { activity in
            if activity.isSlow(at: now) { onSlowRead() }
            if activity.mustBeInterrupted(at: now, readTimeout: readTimeout, isStopping: isStopping) {
                pthread_kill(thread, Self.signal)
            }
        }
    }
}
