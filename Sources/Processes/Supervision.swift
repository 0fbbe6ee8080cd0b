internal import Foundation

/// Supervises one running command: reads the output, and terminates the process group at the deadline.
///
/// The life of a supervised command:
///
///     started
///        │
///        ▼       exits, or is killed by somebody else
///     running ───────────────────────────────────────▶ exited, killed
///        │
///        │ deadline or cancellation
///        ▼
///     SIGTERM to the group; waits up to 2 s for the leader, and up to 0.5 s for the others
///        │
///        ▼
///     SIGKILL to the group; waits up to 2 s for the leader
///        │
///        ▼
///     timedOut, cancelled
///
/// The command is over when its process exits, even if its output is still open: a grandchild may hold the pipes open
/// for ever.
struct Supervision {
    private let process: StartedProcess
    private let streams: CommandStreams
    private let transcript: Transcript?
    private var output: OutputCapture
    private var errors = OutputCapture()
    private var isOutputOpen = true
    private var isErrorsOpen = true
    private var termination: Command.Termination?

    /// How often to check whether the process has exited, if no descriptor tells the exit.
    private static let pollInterval = Duration.milliseconds(250)

    init(process: StartedProcess, streams: CommandStreams, transcript: Transcript?, _ retention: OutputRetention) {
        self.process = process
        self.streams = streams
        self.transcript = transcript
        output = OutputCapture(retention)
    }

    /// Waits for the command to terminate, and terminates the process group at `deadline` or when cancelled.
    mutating func supervise(until deadline: ContinuousClock.Instant, cancellation: Cancellation) -> Command.Completion {
        while termination == nil, deadline > .now, !cancellation.isCancelled {
            waitForEvent(upTo: min(ContinuousClock.now.duration(to: deadline), Self.pollInterval), cancellation)
        }
        if let termination { return completion(termination) }
        let reason: Command.Termination = cancellation.isCancelled ? .cancelled : .timedOut
        terminateProcessGroup()
        if termination == nil { process.reapLater() }
        return completion(reason)
    }

    private mutating func completion(_ termination: Command.Termination) -> Command.Completion {
        // A pipe holds no more than one call reads.
        drain()
        return Command.Completion(
            termination: termination, output: output.kept, isOutputComplete: !output.isOverLimit, errors: errors.text)
    }

    /// Sends the signals of the teardown sequence to the process group. The command is the leader of the group.
    private mutating func terminateProcessGroup() {
        let group = -process.number
        for step in TeardownStep.sequence {
            kill(group, step.signal)
            wait(upTo: step.leaderGracePeriod) { $0.termination != nil }
            wait(upTo: step.groupGracePeriod) { _ in kill(group, 0) != 0 && errno == ESRCH }
        }
    }

    private mutating func wait(upTo time: Duration, until isOver: (Self) -> Bool) {
        let deadline = ContinuousClock.now + time
        while !isOver(self), deadline > .now { waitForEvent(upTo: .milliseconds(10), nil) }
    }

    /// Waits up to `time` for output, for the exit of the process or for the cancellation. Then reads the output, and
    /// checks whether the process has exited.
    private mutating func waitForEvent(upTo time: Duration, _ cancellation: Cancellation?) {
        var entries = [
            pollfd(fd: termination == nil ? process.exit : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isOutputOpen ? streams.output.reading : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isErrorsOpen ? streams.errors.reading : -1, events: Int16(POLLIN), revents: 0),
        ]
        poll(&entries, nfds_t(entries.count), Int32(time / .milliseconds(1)) + 1)
        drain()
        termination = termination ?? process.termination(isReported: entries[0].revents != 0)
    }

    private mutating func drain() {
        if isOutputOpen { isOutputOpen = output.drain(streams.output.reading, transcript) }
        if isErrorsOpen { isErrorsOpen = errors.drain(streams.errors.reading, transcript) }
    }
}
