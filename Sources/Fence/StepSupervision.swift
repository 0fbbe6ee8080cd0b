internal import CFence
internal import Foundation

/// Waits for the end of a command, and ends the command at its time limit, or when Bellpull cancels or goes.
///
///     running ──────────── the command exits ────────────▶ over
///        │                                                  ▲
///        │ time limit, end of the connection, SIGTERM       │
///        ▼                                                  │
///     SIGTERM to the command's group ── exits, or 2 s ──▶ SIGKILL to everything
struct StepSupervision {
    /// The connection to Bellpull. Bellpull writes nothing after the request: any event is its end.
    let connection: Int32
    let signals: Int32
    /// The shell, or the first process of its namespace.
    let child: Int32
    let isIsolated: Bool
    let deadline: ContinuousClock.Instant

    /// The reason for ending the command.
    private var reason: FenceCompletion.Termination?
    private var status: Int32?

    private static let timeoutGrace = Duration.seconds(2)
    /// Shorter: Bellpull kills a launcher that does not exit within 2.5 s (`RunningCommands`).
    private static let cancellationGrace = Duration.milliseconds(1500)

    init(connection: Int32, signals: Int32, child: Int32, isIsolated: Bool, deadline: ContinuousClock.Instant) {
        self.connection = connection
        self.signals = signals
        self.child = child
        self.isIsolated = isIsolated
        self.deadline = deadline
    }

    /// Waits, and returns the reason for which the command was ended, and the status of the child. Afterwards the child is
    /// gone, but processes that it left may run.
    mutating func wait() -> (reason: FenceCompletion.Termination?, status: Int32) {
        while status == nil, reason == nil {
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { reason = .timedOut } else { waitForEvent(upTo: left) }
        }
        if let status { return (nil, status) }
        terminate(within: reason == .timedOut ? Self.timeoutGrace : Self.cancellationGrace)
        return (reason, status ?? 0)
    }

    private mutating func terminate(within grace: Duration) {
        // The first process of a namespace passes the signal on.
        kill(isIsolated ? child : -child, SIGTERM)
        let end = ContinuousClock.now + grace
        while status == nil, case let left = ContinuousClock.now.duration(to: end), left > .zero {
            waitForEvent(upTo: left)
        }
        while status == nil {
            kill(child, SIGKILL)
            waitForEvent(upTo: .milliseconds(100))
        }
    }

    private mutating func waitForEvent(upTo time: Duration) {
        var events = [
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reason == nil ? connection : -1, events: Int16(POLLIN), revents: 0),
        ]
        poll(&events, nfds_t(events.count), Int32(min(time / .milliseconds(1) + 1, 60_000)))
        while case let signal = linux_next_signal(signals), signal != 0 {
            if signal != SIGCHLD, reason == nil { reason = .cancelled }
        }
        if events[1].revents != 0, reason == nil { reason = .cancelled }
        var ended: Int32 = 0
        while case let process = waitpid(-1, &ended, WNOHANG), process > 0 {
            if process == child { status = ended }
        }
    }
}
