import TestSupport
import Foundation
import Synchronization
import Testing

@testable import Deploy

@Suite struct `a timer queue` {
    private let timers = TimerQueue()
    private let clock = ContinuousClock()

    /// The names of the functions that ran, in order.
    private final class Diary: Sendable {
        private let entries = Mutex<[Int]>([])

        var all: [Int] { entries.withLock { $0 } }

        func write(_ number: Int) { entries.withLock { $0.append(number) } }
    }

    @Test func `runs functions at their time, in whatever order they were added`() {
        defer { timers.stop() }
        let diary = Diary()
        let early = Mutex<[Int]>([])
        let start = clock.now
        for number in [3, 1, 4, 0, 2] {
            let delay = Duration.milliseconds(50 * number)
            timers.after(delay) { [clock] in
                if clock.now < start + delay { early.withLock { $0.append(number) } }
                diary.write(number)
            }
        }
        #expect(Observation.eventually { diary.all.count == 5 })
        #expect(diary.all == [0, 1, 2, 3, 4])
        #expect(early.withLock { $0 } == [])
    }

    @Test func `runs an overdue function at once`() {
        defer { timers.stop() }
        let diary = Diary()
        timers.after(.seconds(3600)) { diary.write(1) }
        for number in 2..<5 { timers.after(.seconds(-number)) { diary.write(number) } }
        #expect(Observation.eventually { diary.all.count == 3 })
        #expect(!diary.all.contains(1))
    }

    @Test func `keeps the order of functions with the same time`() {
        defer { timers.stop() }
        let diary = Diary()
        for number in 0..<5000 { timers.after(.milliseconds(100)) { diary.write(number) } }
        #expect(Observation.eventually { diary.all.count == 5000 })
        #expect(diary.all == Array(0..<5000))
    }

    @Test func `runs a function that another function added`() {
        defer { timers.stop() }
        let diary = Diary()
        @Sendable func next(_ number: Int) {
            diary.write(number)
            if number < 100 { timers.after(.zero) { next(number + 1) } }
        }
        timers.after(.zero) { next(1) }
        #expect(Observation.eventually { diary.all.count == 100 })
        #expect(diary.all == Array(1...100))
    }

    @Test func `accepts ten thousand functions of equal delay in no time`() {
        defer { timers.stop() }
        // The processor time of this thread: other tests run at the same time.
        let start = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        for _ in 0..<10_000 { timers.after(.seconds(900)) {} }
        #expect(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start < 1_000_000_000)
    }

    @Test func `runs nothing after it was stopped, and releases everything`() {
        let diary = Diary()
        weak let held: Diary? = {
            let held = Diary()
            timers.after(.milliseconds(50)) { held.write(1) }
            return held
        }()
        timers.after(.milliseconds(50)) { diary.write(1) }
        timers.stop()
        timers.after(.zero) { diary.write(2) }
        usleep(150_000)
        #expect(diary.all.isEmpty)
        #expect(held == nil)
    }

    @Test func `ends its thread when it is stopped`() {
        weak let gone: TimerQueue? = {
            let gone = TimerQueue()
            gone.after(.seconds(3600)) {}
            gone.stop()
            return gone
        }()
        #expect(Observation.eventually { gone == nil })
    }

    @Test func `does earlier work in time that arrives while later work waits, after other work was done`() {
        defer { timers.stop() }
        let diary = Diary()
        timers.after(.zero) { diary.write(1) }
        timers.after(.seconds(3600)) { diary.write(3) }
        #expect(Observation.eventually { diary.all == [1] })
        // The thread has had time to wait for the work that is due in an hour.
        usleep(50_000)
        timers.after(.zero) { diary.write(2) }
        #expect(Observation.eventually { diary.all == [1, 2] })
    }
}

/// Returns the time of `clock` in nanoseconds.
private func nanoseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
}
