internal import Foundation

/// Does things at their time, on one thread of its own: what is due must not take long.
public final class TimerQueue: @unchecked Sendable {
    private struct Entry {
        let due: ContinuousClock.Instant
        let body: @Sendable () -> Void
    }

    // Guards and signals what is below.
    private let condition = NSCondition()
    /// Those to come, in order; the next is at `first`.
    private var entries: [Entry] = []
    private var first = 0
    private var isStopped = false

    /// A timers with nothing in it.
    public init() {
        let thread = Thread { [self] in work() }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Does `body` after `delay`, unless stopped by then.
    public func after(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {
        let entry = Entry(due: .now + delay, body: body)
        condition.withLock {
            guard !isStopped else { return }
            // Most come at the end: they are put off for the same time.
            var index = entries.count
            while index > first, entries[index - 1].due > entry.due { index -= 1 }
            entries.insert(entry, at: index)
            if index == first { condition.signal() }
        }
    }

    /// Does nothing more.
    public func stop() {
        condition.withLock {
            isStopped = true
            entries = []
            first = 0
            condition.signal()
        }
    }

    private func work() {
        while let body = next() { body() }
    }

    private func next() -> (@Sendable () -> Void)? {
        condition.withLock {
            while !isStopped {
                guard first < entries.count else {
                    condition.wait()
                    continue
                }
                let left = ContinuousClock.now.duration(to: entries[first].due)
                if left <= .zero { return takeFirst() }
                _ = condition.wait(until: Date(timeIntervalSinceNow: min(left, .seconds(60)) / .seconds(1)))
            }
            return nil
        }
    }

    private func takeFirst() -> @Sendable () -> Void {
        let body = entries[first].body
        first += 1
        // Moving all of them up each time would cost more than the entries.
        if first > 512 || first == entries.count {
            entries.removeFirst(first)
            first = 0
        }
        return body
    }
}
