import Deploy
import Foundation

/// Tells the service manager that the service still works: `WATCHDOG=1`, twice per interval of the manager's watchdog
/// (sd_watchdog_enabled(3)).
///
/// A thread of its own first proves that other threads can go on: the proof takes the dispatcher's lock, and waits for a
/// function that the timers run. Without a proof no message is sent, and the manager restarts the service.
final class Watchdog: @unchecked Sendable {
    private let manager: ServiceManager
    private let pause: Duration
    private let timers: TimerQueue
    private let takeLock: @Sendable () -> Void
    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    private var isStopped = false
    private var isProven = false

    /// Creates a watchdog and starts its thread.
    ///
    /// - Parameters:
    ///   - interval: the time after which the manager restarts a silent service.
    ///   - timers: must run a function for each proof.
    ///   - takeLock: takes and releases the dispatcher's lock.
    init(
        _ manager: ServiceManager, interval: Duration, timers: TimerQueue, takeLock: @escaping @Sendable () -> Void
    ) {
        self.manager = manager
        pause = interval / 2
        self.timers = timers
        self.takeLock = takeLock
        let thread = Thread { [self] in work() }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Returns the interval that the manager asks for; `nil` if it asks for none, or asks another process than `process`.
    static func interval(_ environment: [String: String], process: Int32 = getpid()) -> Duration? {
        if let wanted = environment["WATCHDOG_PID"], Int32(wanted) != process { return nil }
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 0 else {
            return nil
        }
        return .microseconds(microseconds)
    }

    /// Ends the messages. Call this before the timers are stopped.
    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }

    private func work() {
        while prove() {
            manager.notify("WATCHDOG=1", urgency: .droppable)
            guard rest() else { return }
        }
    }

    /// Waits until the lock and the timers have answered. Returns false after `stop`.
    private func prove() -> Bool {
        takeLock()
        condition.withLock { isProven = false }
        timers.after(.zero) { [self] in
            condition.withLock {
                isProven = true
                condition.broadcast()
            }
        }
        return condition.withLock {
            while !isProven, !isStopped { condition.wait() }
            return !isStopped
        }
    }

    /// Waits for half an interval. Returns false after `stop`.
    private func rest() -> Bool {
        let deadline = ContinuousClock.now + pause
        return condition.withLock {
            while !isStopped, condition.wait(until: deadline) {}
            return !isStopped
        }
    }
}
