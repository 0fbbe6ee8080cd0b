internal import Foundation

/// A lock and a condition whose waits do not depend on the wall clock. `NSCondition` waits until a `Date`: after the
/// clock is set back by an hour, its waits end an hour late.
///
/// The system offers `CLOCK_MONOTONIC` for conditions (pthread_condattr_setclock(3)), which stands still while the
/// machine is suspended. `ContinuousClock` is `CLOCK_BOOTTIME` and goes on. A wait therefore ends after `longestWait` at
/// the latest, and the caller compares with `ContinuousClock` again.
package final class MonotonicCondition: @unchecked Sendable {
    /// The longest single wait: how late a wait can end after the machine was suspended.
    private static let longestWait = Duration.seconds(10)

    // The addresses must not change (pthread_mutex_init(3), pthread_cond_init(3)).
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// Creates an unlocked condition.
    package init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Takes the lock, and waits while another thread has the lock.
    package func lock() { pthread_mutex_lock(mutex) }

    /// Releases the lock.
    package func unlock() { pthread_mutex_unlock(mutex) }

    /// Runs `body` with the lock taken.
    package func withLock<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Releases the lock until another thread calls `signal` or `broadcast`. May also return without a call: check in a
    /// loop what you wait for. The calling thread has the lock.
    package func wait() { pthread_cond_wait(condition, mutex) }

    /// Waits like `wait()`, until `deadline` at the latest. Returns false at once if `deadline` has passed already.
    ///
    /// Returns true after every wait, whatever ended the wait: check in a loop what you wait for.
    package func wait(until deadline: ContinuousClock.Instant) -> Bool {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { return false }
        let wait = min(left, Self.longestWait).components
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        // Rounded up, as a wait must not end before its deadline.
        let nanoseconds = Int64(end.tv_nsec) + wait.attoseconds / 1_000_000_000 + 1
        end.tv_sec += Int(wait.seconds + nanoseconds / 1_000_000_000)
        end.tv_nsec = Int(nanoseconds % 1_000_000_000)
        pthread_cond_timedwait(condition, mutex, &end)
        return true
    }

    /// Wakes one waiting thread.
    package func signal() { pthread_cond_signal(condition) }

    /// Wakes all waiting threads.
    package func broadcast() { pthread_cond_broadcast(condition) }
}
