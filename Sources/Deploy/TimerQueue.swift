internal import Foundation

/// Runs functions at their time, on one thread. A function must return quickly, because it delays the others.
public final class TimerQueue: @unchecked Sendable {
    private struct Entry {
        let due: ContinuousClock.Instant
        let body: @Sendable () -> Void
    }

    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    /// The entries in the order of their times. The next entry is at `first`; earlier entries have run.
    private var entries: [Entry] = []
    private var first = 0
    private var isStopped = false

    /// Creates an empty queue.
    public init() {
        let thread = Thread { [self] in work() }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Runs `body` after `delay`, unless the queue is stopped by then.
    public func after(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {
        let entry = Entry(due: .now + delay, body: body)
        condition.withLock {
            guard !isStopped else { return }
            // Most entries have the same delay and belong at the end.
            var index = entries.count
            while index > first, entries[index - 1].due > entry.due { index -= 1 }
            entries.insert(entry, at: index)
            if index == first { condition.signal() }
        }
    }

    /// Stops the queue: nothing more runs.
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
                if !condition.wait(until: entries[first].due) { return takeFirst() }
            }
            return nil
        }
    }

    private func takeFirst() -> @Sendable () -> Void {
        let body = entries[first].body
        first += 1
        // Removing the first entry each time would move all the others each time.
        if first > 512 || first == entries.count {
            entries.removeFirst(first)
            first = 0
        }
        return body
    }
}
