internal import Deploy
internal import Synchronization

/// Where replies wait for their deployments, so many at once and no longer than agreed.
final class ReplyTimeouts: Sendable {
    private let timers: TimerQueue
    private let taken = Mutex(0)

    init(timers: TimerQueue) {
        self.timers = timers
    }

    /// Takes `reply` in if fewer than `capacity` are there, and sends it what `report` says if it is there still after
    /// `time`. Returns whether there was room.
    func take(
        _ reply: PendingReply, capacity: Int, for time: Duration, then report: @escaping @Sendable () -> Report
    ) -> Bool {
        let hasRoom = taken.withLock { taken in
            guard taken < capacity else { return false }
            taken += 1
            return true
        }
        guard hasRoom else { return false }
        reply.onReply { [self] in taken.withLock { $0 -= 1 } }
        timers.after(time) { reply.send(report()) }
        return true
    }
}
