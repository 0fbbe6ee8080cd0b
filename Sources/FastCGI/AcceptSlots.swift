internal import Dispatch
internal import Synchronization

/// Limits how many threads accept connections at once. The other threads are in reserve: they wait for a slot.
///
/// Each thread blocked in accept(2) slows down every request: the kernel wakes one thread for a connection, which
/// another thread may have taken by then. So the slots are few.
///
/// A thread keeps its slot from request to request, which costs no system call. When a thread reads for too long,
/// `ReadDeadlines` releases the slot of that thread: a thread in reserve accepts instead, and the slow thread waits for
/// a slot before it accepts again.
final class AcceptSlots: Sendable {
    /// The slot of one thread: held, or given up to another thread.
    final class Slot: Sendable {
        private let isHeld = Atomic(false)
        private let slots: AcceptSlots

        fileprivate init(_ slots: AcceptSlots) { self.slots = slots }

        /// Waits until the thread holds a slot. Returns at once if the thread still holds its slot, or after `close()`.
        func take() {
            if isHeld.exchange(true, ordering: .relaxed) { return }
            slots.free.wait()
            // The semaphore has one signal for all threads that wait: each thread passes the signal on to the next.
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

    /// Returns the slot of one thread, not held yet.
    func slot() -> Slot { Slot(self) }

    /// Ends the limit for good: no thread waits for a slot any more.
    func close() {
        isClosed.store(true, ordering: .relaxed)
        free.signal()
    }
}
