import Foundation
import Synchronization
import Testing

@testable import FastCGI

@Suite struct `accept slots` {
    private let slots = AcceptSlots(count: 1)

    /// Threads that took a slot, counted, and let go when the test says so.
    private final class Door: Sendable {
        private let accepting = Atomic(0)
        private let isOpen = Atomic(false)

        var count: Int { accepting.load(ordering: .relaxed) }

        func open() { isOpen.store(true, ordering: .relaxed) }

        func enter() { accepting.add(1, ordering: .relaxed) }

        func accept() -> Bool? {
            enter()
            while !isOpen.load(ordering: .relaxed) { usleep(1000) }
            return true
        }

        /// Waits until `count` threads took a slot, and long enough for a further thread to do so.
        func settle(at count: Int) async throws {
            try await onThread { [self] in
                for _ in 0..<5000 where self.count < count { usleep(1000) }
                usleep(100_000)
            }
            #expect(self.count == count)
        }
    }

    @Test func `stay with their threads from request to request`() async throws {
        let door = Door()
        let thread = Task {
            try await onThread { [slots] in
                let slot = slots.slot()
                for _ in 0..<3 {
                    slot.take()
                    door.enter()
                }
            }
        }
        try await door.settle(at: 3)
        slots.close()
        try await thread.value
    }

    @Test func `are held by no more threads than there are slots, until a slot is released or all are closed`()
        async throws
    {
        let door = Door()
        let first = slots.slot()
        first.take()
        let threads = (0..<3).map { _ in
            Task {
                try await onThread { [slots] in
                    slots.slot().take()
                    door.enter()
                }
            }
        }
        try await door.settle(at: 0)
        first.release()
        try await door.settle(at: 1)
        first.release()
        try await door.settle(at: 1)
        slots.close()
        try await door.settle(at: 3)
        // Threads that were not woken must not keep the test from ending.
        for _ in threads { slots.close() }
        for thread in threads { try await thread.value }
    }

    @Test func `pass from threads that read for long to threads in reserve`() async throws {
        let deadlines = ReadDeadlines(readTimeout: .milliseconds(100))
        let door = Door()
        let threads = (0..<3).map { _ in
            Task {
                try await onThread { [slots] in
                    let slot = slots.slot()
                    let thread = deadlines.add(onSlowRead: slot.release)
                    defer { deadlines.remove(thread) }
                    slot.take()
                    _ = thread.accepting(door.accept)
                    var byte: UInt8 = 0
                    let pipe = Pipe()
                    _ = thread.reading { read(pipe.fileHandleForReading.fileDescriptor, &byte, 1) }
                }
            }
        }
        try await door.settle(at: 1)
        door.open()
        try await door.settle(at: 3)
        slots.close()
        for thread in threads { try await thread.value }
        try await onThread {
            deadlines.stop()
            deadlines.waitForThreads()
        }
    }
}
