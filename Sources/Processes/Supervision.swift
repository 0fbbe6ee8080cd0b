internal import Foundation

/// Watches over one running command: reads its output, sees its end, and ends its process group when time is up.
///
/// The end is that of the process and not of its output, which a grandchild may hold open for ever.
struct Supervision {
    private let process: Process
    private let streams: CommandStreams
    private let transcript: Transcript?
    private var output = OutputTail()
    private var errors = OutputTail()
    private var isOutputOpen = true
    private var isErrorsOpen = true
    private var end: Command.End?

    /// How often to look for the end ourselves.
    private static let precheck = Duration.milliseconds(250)

    init(process: Process, streams: CommandStreams, transcript: Transcript? = nil) {
        self.process = process
        self.streams = streams
        self.transcript = transcript
    }

    /// Waits for the command's end, and brings it about at `deadline` or when cancelled.
    mutating func supervise(until deadline: ContinuousClock.Instant, cancellation: Cancellation) -> Command.Completion {
        while end == nil, deadline > .now, !cancellation.isCancelled {
            look(for: min(ContinuousClock.now.duration(to: deadline), Self.precheck), cancellation)
        }
        let end = end ?? endGroup(cancellation.isCancelled ? .cancelled : .timedOut)
        drain()
        return Command.Completion(end: end, output: output.text, errors: errors.text)
    }

    /// SIGTERM, a while to comply, SIGKILL: to the group, whose leader the command is. Others of it may take a little
    /// longer than their leader, and have locks to remove.
    private mutating func endGroup(_ end: Command.End) -> Command.End {
        let group = -process.processIdentifier
        kill(group, SIGTERM)
        look(for: Command.grace) { $0.end != nil }
        look(for: Command.graceOfOthers) { _ in kill(group, 0) != 0 && errno == ESRCH }
        kill(group, SIGKILL)
        look(for: Command.grace) { $0.end != nil }
        return end
    }

    private mutating func look(for time: Duration, until isOver: (Self) -> Bool) {
        let deadline = ContinuousClock.now + time
        while !isOver(self), deadline > .now { look(for: .milliseconds(10), nil) }
    }

    /// Reads output until there is none for `time`, and sees whether the process has ended.
    private mutating func look(for time: Duration, _ cancellation: Cancellation?) {
        var entries = [
            pollfd(fd: end == nil ? streams.exit.reading : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: cancellation?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isOutputOpen ? streams.output.reading : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isErrorsOpen ? streams.errors.reading : -1, events: Int16(POLLIN), revents: 0),
        ]
        poll(&entries, nfds_t(entries.count), Int32(time / .milliseconds(1)) + 1)
        drain()
        end = end ?? reapedEnd ?? (entries[0].revents != 0 ? noticedEnd : nil)
    }

    /// The end, if the process has ended and Foundation has not seen it: that waits for a socket to be closed which the
    /// child inherits, and a grandchild that outlives the child keeps open, and would leave a zombie until then.
    private var reapedEnd: Command.End? {
        var info = siginfo_t()
        guard waitid(P_PID, id_t(process.processIdentifier), &info, WEXITED | WNOHANG) == 0,
            info._sifields._sigchld.si_pid != 0
        else { return nil }
        let status = info._sifields._sigchld.si_status
        return info.si_code == CLD_EXITED ? .exited(status) : .killed(signal: status)
    }

    /// The end that Foundation has seen, and said so.
    private var noticedEnd: Command.End {
        process.terminationReason == .exit
            ? .exited(process.terminationStatus) : .killed(signal: process.terminationStatus)
    }

    private mutating func drain() {
        if isOutputOpen { isOutputOpen = output.drain(streams.output.reading, transcript) }
        if isErrorsOpen { isErrorsOpen = errors.drain(streams.errors.reading, transcript) }
    }
}
