import Deploy
import Foundation
import Processes
import Synchronization

/// Receives SIGTERM, SIGINT and SIGHUP. Installs handlers instead of blocking or ignoring the signals, as a child process
/// would inherit a blocked or ignored signal.
final class Signals: @unchecked Sendable {
    /// The meaning of a signal.
    enum Request {
        /// SIGTERM or SIGINT: finish and exit.
        case stop
        /// SIGHUP: load the configuration again.
        case reload
    }

    /// The signals of the process. The first use installs the handlers. A service uses them before anything else: a
    /// SIGHUP without a handler ends the process, and systemd takes that for a clean exit.
    static let shared = Signals()

    /// Cancelled by SIGTERM and SIGINT.
    let cancellation = Cancellation()

    private let reading: Int32
    // Guards and signals the property below.
    private let condition = MonotonicCondition()
    private var requests: [Request] = []

    /// The pipe's writing end, for the handlers. A handler may do little else than write to a pipe (signal-safety(7)).
    private static let writing = Atomic<Int32>(-1)

    /// Installs the handlers. A handler for SIGPIPE keeps a write to a closed connection from ending the process.
    private init() {
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
        let thread = Thread { [self] in
            while true { receive(read()) }
        }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Whether SIGTERM or SIGINT arrived.
    var isStopping: Bool { cancellation.isCancelled }

    /// Waits for the next signal. Returns at once if a signal arrived before the call.
    func wait() -> Request {
        condition.withLock {
            while requests.isEmpty { condition.wait() }
            return requests.removeFirst()
        }
    }

    /// Requests a reload, as SIGHUP does.
    func requestReload() { receive(.reload) }

    private func read() -> Request {
        var byte: UInt8 = 0
        while Foundation.read(reading, &byte, 1) < 0, errno == EINTR {}
        return byte == 1 ? .reload : .stop
    }

    private func receive(_ request: Request) {
        if request == .stop { cancellation.cancel() }
        condition.withLock {
            // One reload answers all the requests before it.
            if request == .reload, requests.last == .reload { return }
            requests.append(request)
            condition.broadcast()
        }
    }

    private static func note(_ request: UInt8) {
        var byte = request
        let error = errno
        write(writing.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = error
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
