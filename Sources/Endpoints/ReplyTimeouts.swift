internal import Deploy
internal import Synchronization

/// Limits how long replies wait for deployments, and how many replies wait at once.
final class ReplyTimeouts: Sendable {
    private let timers: TimerQueue
    private let waiting = Mutex(0)

    init(timers: TimerQueue) {
        self.timers = timers
    }

    /// Lets `reply` wait for up to `time`, and then sends the report if the reply is still open. Returns false if `capacity`
    /// replies are waiting already.
    func start(
        _ reply: PendingReply, capacity: Int, after time: Duration, report: @escaping @Sendable () -> Report
    ) -> Bool {
        let hasRoom = waiting.withLock { waiting in
            guard waiting < capacity else { return false }
            waiting += 1
            return true
        }
        guard hasRoom else { return false }
        reply.onReply { [self] in waiting.withLock { $0 -= 1 } }
        timers.after(time) { reply.send(report()) }
        return true
    }
}
