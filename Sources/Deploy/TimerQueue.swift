internal import Foundation

/// Runs functions at their time, on one thread. A function must return quickly, because it delays the others.
public final class TimerQueue: @unchecked Sendable {
    private struct Entry {
        let due: ContinuousClock.Instant
        let body: @Sendable () -> Void
    }

    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    /// The entries, the next one last. Replies wait seconds and catch-up waits minutes, so most insertions and all
    /// removals are near the end.
    private var entries: [Entry] = []
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
            let index = position(of: entry.due)
            entries.insert(entry, at: index)
            if index == entries.count - 1 { condition.signal() }
        }
    }

    /// Stops the queue: nothing more runs.
    public func stop() {
        condition.withLock {
            isStopped = true
            entries = []
            condition.signal()
        }
    }

    private func work() {
        while let body = next() { body() }
    }

    private func next() -> (@Sendable () -> Void)? {
        condition.withLock {
            while !isStopped {
                guard let entry = entries.last else {
                    condition.wait()
                    continue
                }
                if !condition.wait(until: entry.due) { return entries.removeLast().body }
            }
            return nil
        }
    }

    /// Returns the index for a new entry: before all entries that are due at the same time or earlier.
    private func position(of due: ContinuousClock.Instant) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].due > due { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
