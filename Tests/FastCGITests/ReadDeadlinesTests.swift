import Foundation
import Synchronization
import Testing

@testable import FastCGI

@Suite struct `read deadlines` {
    private static let readTimeout = Duration.milliseconds(100)

    private let deadlines = ReadDeadlines(readTimeout: readTimeout)
    private let pipe = Pipe()

    /// Reads one byte from the pipe. Returns the result of read(2), `errno` and how long the call took.
    private static func read(_ pipe: Pipe) -> (count: Int, error: Int32, duration: Duration) {
        let start = ContinuousClock.now
        var byte: UInt8 = 0
        let count = Foundation.read(pipe.fileHandleForReading.fileDescriptor, &byte, 1)
        return (count, errno, start.duration(to: .now))
    }

    @Test func `interrupt a thread that reads for too long, until the thread gives up`() async throws {
        defer { deadlines.stop() }
        let reads = try await onThread { [deadlines, pipe] in
            let thread = deadlines.add()
            defer { deadlines.remove(thread) }
            return thread.reading { (0..<3).map { _ in Self.read(pipe) } }
        }
        #expect(reads.map(\.count) == [-1, -1, -1])
        #expect(reads.map(\.error) == [EINTR, EINTR, EINTR])
        #expect(reads[0].duration > Self.readTimeout)
    }

    @Test func `interrupt a thread again after a pause`() async throws {
        defer { deadlines.stop() }
        let errors = try await onThread { [deadlines, pipe] in
            let thread = deadlines.add()
            defer { deadlines.remove(thread) }
            return (0..<2).map { _ in
                // Long enough for the checking thread to fall asleep.
                usleep(250_000)
                return thread.reading { Self.read(pipe) }.error
            }
        }
        #expect(errors == [EINTR, EINTR])
    }

    @Test func `do not interrupt a thread that does not read, or that was removed`() async throws {
        defer { deadlines.stop() }
        let counts = try await onThread { [deadlines, pipe] in
            let thread = deadlines.add()
            thread.reading {}
            Thread.detachNewThread {
                for _ in 0..<2 {
                    usleep(300_000)
                    try? pipe.fileHandleForWriting.write(contentsOf: [1])
                }
            }
            let first = Self.read(pipe).count
            deadlines.remove(thread)
            return [first, Self.read(pipe).count]
        }
        #expect(counts == [1, 1])
    }

    @Test func `end the accepting of all threads when they stop`() async throws {
        let calls = Atomic(0)
        async let accepted = onThread { [deadlines, pipe] in
            let thread = deadlines.add()
            defer { deadlines.remove(thread) }
            return thread.accepting {
                calls.add(1, ordering: .relaxed)
                return Self.read(pipe).count == 1 ? true : nil
            }
        }
        try await onThread { [deadlines] in
            while calls.load(ordering: .relaxed) == 0 { usleep(1000) }
            usleep(100_000)
            deadlines.stop()
            deadlines.waitForThreads()
        }
        let result = try await accepted
        #expect(result == nil)
        #expect(calls.load(ordering: .relaxed) == 1)
    }

    @Test func `do not interrupt a thread while others are blocked`() async throws {
        defer { deadlines.stop() }
        async let blocked = onThread { [deadlines] in
            let thread = deadlines.add()
            defer { deadlines.remove(thread) }
            return thread.reading { Self.read(Pipe()) }
        }
        async let quick = onThread { [deadlines] in
            let thread = deadlines.add()
            defer { deadlines.remove(thread) }
            return (0..<20).map { _ in thread.reading { usleep(20_000) } }
        }
        let error = try await blocked.error
        #expect(error == EINTR)
        #expect(try await quick == [Int32](repeating: 0, count: 20))
    }

    @Test func `report a slow read before its deadline, and a quick read never`() async throws {
        let deadlines = ReadDeadlines(readTimeout: .seconds(10))
        defer { deadlines.stop() }
        let reports = Atomic(0)
        let counts = try await onThread {
            let thread = deadlines.add { reports.add(1, ordering: .relaxed) }
            defer { deadlines.remove(thread) }
            for _ in 0..<20 { thread.reading { _ = usleep(5000) } }
            let quick = reports.load(ordering: .relaxed)
            thread.reading { for _ in 0..<2000 where reports.load(ordering: .relaxed) == 0 { usleep(1000) } }
            return [quick, reports.load(ordering: .relaxed)]
        }
        #expect(counts == [0, 1])
    }
}
