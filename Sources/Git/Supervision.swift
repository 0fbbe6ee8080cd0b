internal import Foundation

/// Watches over one running command: reads its output, sees its end, and ends its process group when time is up.
///
/// The end is that of the process and not of its output, which a grandchild may hold open for ever.
struct Supervision {
    private let process: Process
    private let streams: Streams
    private var output = OutputTail()
    private var errors = OutputTail()
    private var isOutputOpen = true
    private var isErrorsOpen = true

    init(process: Process, streams: Streams) {
        self.process = process
        self.streams = streams
    }

    /// Waits for the command's end, and brings it about at `deadline` or when cancelled.
    mutating func supervise(until deadline: ContinuousClock.Instant, cancellation: Cancellation) -> Command.Completion {
        if let end = wait(until: deadline, cancellation) { return completion(end) }
        endGroup()
        return completion(cancellation.isCancelled ? .cancelled : .timedOut)
    }

    /// SIGTERM, a while to comply, SIGKILL: to the group, whose leader the command is.
    private mutating func endGroup() {
        let group = -process.processIdentifier
        kill(group, SIGTERM)
        _ = wait(until: .now + Command.grace, nil)
        // Also when the leader has complied: others of its group may not have.
        kill(group, SIGKILL)
        _ = wait(until: .now + Command.grace, nil)
    }

    /// Reads output until the process has ended, and returns how; `nil` if time is up or it is cancelled before.
    private mutating func wait(until deadline: ContinuousClock.Instant, _ cancellation: Cancellation?) -> Command.End? {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return nil }
            var entries = [
                pollfd(fd: streams.exit.reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOutputOpen ? streams.output.reading : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isErrorsOpen ? streams.errors.reading : -1, events: Int16(POLLIN), revents: 0),
            ]
            poll(&entries, nfds_t(entries.count), Int32(min(left, Self.glance) / .milliseconds(1)) + 1)
            drain()
            if entries[0].revents != 0 { return endAsReported }
            if let end = endAsSeen { return end }
            if entries[1].revents != 0 { return nil }
        }
    }

    /// How often to look for the end ourselves.
    private static let glance = Duration.milliseconds(250)

    /// Foundation learns of the end when a socket that the child inherits is closed, which a grandchild that outlives
    /// the child delays. So look at the process too, and leave it for Foundation to reap; `nil` while it runs.
    private var endAsSeen: Command.End? {
        var info = siginfo_t()
        let isKnown = waitid(P_PID, id_t(process.processIdentifier), &info, WEXITED | WNOHANG | WNOWAIT) == 0
        guard isKnown, info._sifields._sigchld.si_pid != 0 else { return nil }
        let status = info._sifields._sigchld.si_status
        return info.si_code == CLD_EXITED ? .exited(status) : .killed(signal: status)
    }

    private var endAsReported: Command.End {
        process.terminationReason == .exit
            ? .exited(process.terminationStatus) : .killed(signal: process.terminationStatus)
    }

    private mutating func drain() {
        if isOutputOpen { isOutputOpen = output.drain(streams.output.reading) }
        if isErrorsOpen { isErrorsOpen = errors.drain(streams.errors.reading) }
    }

    private mutating func completion(_ end: Command.End) -> Command.Completion {
        drain()
        return Command.Completion(end: end, output: output.text, errors: errors.text)
    }
}
