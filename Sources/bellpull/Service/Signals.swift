import Foundation
import Synchronization

/// Waits for SIGTERM, SIGINT or SIGHUP. The signals are handled and not blocked or ignored, which child processes would
/// inherit.
struct Signals {
    /// What a signal asks for.
    enum Request {
        /// To end.
        case stop
        /// To read the configuration again.
        case reload
    }

    private let reading: Int32

    /// The pipe's writing end, where the handlers, which may do hardly anything (signal-safety(7)), find it.
    private static let writing = Atomic<Int32>(-1)

    /// Takes the signals over, and SIGPIPE, which a peer that has gone would end us with.
    init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not wait, however many signals come.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        reading = ends[0]
        Self.writing.store(ends[1], ordering: .sequentiallyConsistent)
        handle(SIGTERM) { _ in Signals.note(0) }
        handle(SIGINT) { _ in Signals.note(0) }
        handle(SIGHUP) { _ in Signals.note(1) }
        handle(SIGPIPE) { _ in }
    }

    /// Returns when one of them has come, at once if it came before.
    func wait() -> Request {
        var byte: UInt8 = 0
        while read(reading, &byte, 1) < 0, errno == EINTR {}
        return byte == 1 ? .reload : .stop
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
        // Whoever started this process may have blocked the signal, and the mask is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, signal)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
