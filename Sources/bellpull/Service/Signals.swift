import Foundation
import Processes
import Synchronization

/// Waits for SIGTERM, SIGINT or SIGHUP. Installs handlers instead of blocking or ignoring the signals, as a child
/// process would inherit a blocked or ignored signal.
struct Signals {
    /// The meaning of a signal.
    enum Request {
        /// SIGTERM or SIGINT: finish and exit.
        case stop
        /// SIGHUP: load the configuration again.
        case reload
    }

    private let reading: Int32

    /// The pipe's writing end, for the handlers. A handler may do little else than write to a pipe (signal-safety(7)).
    private static let writing = Atomic<Int32>(-1)

    /// Installs the handlers. A handler for SIGPIPE keeps a write to a closed connection from ending the process.
    init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not block when the pipe is full.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        reading = ends[0]
        Self.writing.store(ends[1], ordering: .sequentiallyConsistent)
        handle(SIGTERM) { _ in Signals.note(0) }
        handle(SIGINT) { _ in Signals.note(0) }
        handle(SIGHUP) { _ in Signals.note(1) }
        handle(SIGPIPE) { _ in }
    }

    /// Waits for the next signal. Returns at once if a signal arrived before the call.
    func wait() -> Request {
        var byte: UInt8 = 0
        while read(reading, &byte, 1) < 0, errno == EINTR {}
        return byte == 1 ? .reload : .stop
    }

    /// Installs the handlers and returns a `Cancellation` for SIGTERM and SIGINT. SIGHUP has no effect.
    static func cancellation() -> Cancellation {
        let signals = Signals()
        let cancellation = Cancellation()
        Thread.detachNewThread {
            while signals.wait() == .reload {}
            cancellation.cancel()
        }
        return cancellation
    }

    private static func note(_ request: UInt8) {
        var byte = request
        write(writing.load(ordering: .sequentiallyConsistent), &byte, 1)
    }

    private func handle(_ signal: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
        // The parent process may have blocked the signal, and a process inherits the signal mask.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, signal)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
