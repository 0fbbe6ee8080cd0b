internal import Dispatch
internal import Synchronization

/// Limits how many threads accept connections at once. All other threads are in reserve and wait for a slot.
///
/// The slots are few, because each thread blocked in accept(2) slows down every request: the kernel wakes a thread for
/// a connection, and another thread may have taken the connection by then.
///
/// A thread keeps its slot from request to request, without a system call. Before a large body, and when a thread reads for
/// too long (`ReadDeadlines`), the slot is released: a thread in reserve accepts instead, and the slow thread waits for a
/// slot before accepting again.
final class AcceptSlots: Sendable {
    /// The right of one thread to accept, which the thread holds or has given up.
    final class Slot: Sendable {
        private let isHeld = Atomic(false)
        private let slots: AcceptSlots

        fileprivate init(_ slots: AcceptSlots) { self.slots = slots }

        /// Waits until the thread holds a slot. Returns at once if the thread still holds its slot, or after `close()`.
        func take() {
            if isHeld.exchange(true, ordering: .relaxed) { return }
            slots.free.wait()
            // `close()` signals once. Each waiting thread passes the signal on to the next.
            if slots.isClosed.load(ordering: .relaxed) { slots.free.signal() }
        }

        /// Gives the slot to another thread. Does nothing if the thread holds no slot. Any thread may call this.
        func release() {
            if isHeld.exchange(false, ordering: .relaxed) { slots.free.signal() }
        }
    }

    private let free = DispatchSemaphore(value: 0)
    private let isClosed = Atomic(false)

    /// Creates `count` free slots.
    init(count: Int) {
        for _ in 0..<count { free.signal() }
    }

    /// Returns a slot for one thread, not held yet.
    func slot() -> Slot { Slot(self) }

    /// Removes the limit for good: no thread waits for a slot after this call.
    func close() {
        isClosed.store(true, ordering: .relaxed)
        free.signal()
    }
}
