import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Deploy

@Suite struct `a monotonic condition` {
    private let condition = MonotonicCondition()
    private let clock = ContinuousClock()

    /// Waits on another thread until `deadline`, and meanwhile calls `body` with the number of the thread.
    private func whileWaiting(until deadline: ContinuousClock.Instant, _ body: (pid_t) throws -> Void) throws {
        let thread = Mutex<pid_t>(0)
        let isOver = Mutex(false)
        let waiting = Running { [condition] in
            condition.withLock {
                thread.withLock { $0 = FutexWait.currentThread }
                while !isOver.withLock(\.self), condition.wait(until: deadline) {}
            }
        }
        defer {
            condition.withLock { isOver.withLock { $0 = true } }
            condition.broadcast()
            #expect(waiting.isSuccess())
        }
        #expect(Observation.eventually { thread.withLock(\.self) != 0 })
        try body(thread.withLock(\.self))
    }

    @Test func `does not wait by the wall clock`() throws {
        try whileWaiting(until: .now + .seconds(30)) { thread in
            #expect(Observation.eventually { FutexWait(ofThread: thread)?.isTimed == true })
            #expect(FutexWait(ofThread: thread)?.followsWallClock == false)
        }
    }

    @Test func `waits until the deadline and no longer, and not at all after it`() {
        let start = clock.now
        let deadline = start + .milliseconds(200)
        condition.withLock { while condition.wait(until: deadline) {} }
        let end = clock.now
        #expect(end >= deadline && end < start + .seconds(5))
        #expect(condition.withLock { condition.wait(until: .now - .seconds(3600)) } == false)
    }

    @Test func `passes over the end of a second`() {
        // The nanoseconds of the end exceed a second in at least one of the waits.
        for _ in 0..<3 {
            let deadline = clock.now + .milliseconds(400)
            condition.withLock { while condition.wait(until: deadline) {} }
            #expect(clock.now >= deadline && clock.now < deadline + .seconds(5))
        }
    }

    @Test func `is woken by a signal long before the deadline`() {
        let isSet = Mutex(false)
        let start = clock.now
        let setting = Running { [condition] in
            usleep(50_000)
            condition.withLock { isSet.withLock { $0 = true } }
            condition.signal()
        }
        condition.withLock { while !isSet.withLock(\.self), condition.wait(until: start + .seconds(30)) {} }
        #expect(isSet.withLock(\.self) && clock.now < start + .seconds(5))
        #expect(setting.isSuccess())
    }

    @Test func `wakes all who wait without a deadline by a broadcast`() {
        let isSet = Mutex(false)
        let waiting = (0..<3).map { _ in
            Running { [condition] in
                condition.withLock { while !isSet.withLock(\.self) { condition.wait() } }
            }
        }
        condition.withLock { isSet.withLock { $0 = true } }
        condition.broadcast()
        #expect(waiting.allSatisfy { $0.isSuccess() })
    }

    private final class Number: @unchecked Sendable { var value = 0 }

    @Test func `lets one thread in at a time, and out again after an error`() {
        let number = Number()
        let threads = (0..<4).map { _ in
            Running { [condition] in
                for _ in 0..<100 {
                    condition.withLock {
                        let value = number.value
                        usleep(10)
                        number.value = value + 1
                    }
                }
            }
        }
        #expect(threads.allSatisfy { $0.isSuccess() })
        #expect(number.value == 400)
        #expect(throws: Trouble.self) { try condition.withLock { throw Trouble("no") } }
        #expect(condition.withLock { true })
    }
}
