import Foundation
import Synchronization

/// Waits for SIGTERM or SIGINT. The signals are handled and not blocked or ignored, which child processes would inherit.
struct TerminationSignals {
    private let reading: Int32

    /// The pipe's writing end, where the handler, which may do hardly anything (signal-safety(7)), finds it.
    private static let writing = Atomic<Int32>(-1)

    /// Takes the two signals over, and SIGPIPE, which a peer that has gone would end us with.
    init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = ends[0]
        Self.writing.store(ends[1], ordering: .sequentiallyConsistent)
        handle(SIGTERM) { _ in TerminationSignals.note() }
        handle(SIGINT) { _ in TerminationSignals.note() }
        handle(SIGPIPE) { _ in }
    }

    /// Returns when one of them has come, at once if it came before.
    func wait() {
        var byte: UInt8 = 0
        while read(reading, &byte, 1) < 0, errno == EINTR {}
    }

    private static func note() {
        var byte: UInt8 = 0
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
