import Foundation
import Synchronization
import Testing

@testable import FastCGI

@Suite struct `a stall guard` {
    private static let patience = Duration.milliseconds(100)

    private let stallGuard = StallGuard(patience: patience, places: 1)
    private let pipe = Pipe()

    /// Reads one byte from the pipe; says what read(2) said, and how long it took.
    private static func read(_ pipe: Pipe) -> (count: Int, error: Int32, duration: Duration) {
        let start = ContinuousClock.now
        var byte: UInt8 = 0
        let count = Foundation.read(pipe.fileHandleForReading.fileDescriptor, &byte, 1)
        return (count, errno, start.duration(to: .now))
    }

    @Test func `interrupts a thread that reads for too long, until it lets go`() async throws {
        defer { stallGuard.stop() }
        let reads = try await onThread { [stallGuard, pipe] in
            let watch = stallGuard.watch()
            defer { stallGuard.dismiss(watch) }
            return watch.reading { (0..<3).map { _ in Self.read(pipe) } }
        }
        #expect(reads.allSatisfy { $0.count == -1 && $0.error == EINTR })
        #expect(reads[0].duration > Self.patience)
    }

    @Test func `interrupts the second time as the first`() async throws {
        defer { stallGuard.stop() }
        let errors = try await onThread { [stallGuard, pipe] in
            let watch = stallGuard.watch()
            defer { stallGuard.dismiss(watch) }
            return (0..<2).map { _ in
                // Long enough for the guard to fall asleep.
                usleep(250_000)
                return watch.reading { Self.read(pipe) }.error
            }
        }
        #expect(errors == [EINTR, EINTR])
    }

    @Test func `leaves a thread alone that does not read, or is dismissed`() async throws {
        defer { stallGuard.stop() }
        let counts = try await onThread { [stallGuard, pipe] in
            let watch = stallGuard.watch()
            watch.reading {}
            Thread.detachNewThread {
                for _ in 0..<2 {
                    usleep(300_000)
                    try? pipe.fileHandleForWriting.write(contentsOf: [1])
                }
            }
            let first = Self.read(pipe).count
            stallGuard.dismiss(watch)
            return [first, Self.read(pipe).count]
        }
        #expect(counts == [1, 1])
    }

    @Test func `lets no thread accept any more once it stops`() async throws {
        async let accepted = onThread { [stallGuard, pipe] in
            let watch = stallGuard.watch()
            defer { stallGuard.dismiss(watch) }
            return watch.accepting { Self.read(pipe).count == 1 ? true : nil }
        }
        usleep(100_000)
        try await onThread { [stallGuard] in stallGuard.stop() }
        let result = try await accepted
        #expect(result == nil)
    }

    @Test func `leaves a thread alone while others stall`() async throws {
        defer { stallGuard.stop() }
        async let stalled = onThread { [stallGuard] in
            let watch = stallGuard.watch()
            defer { stallGuard.dismiss(watch) }
            return watch.reading { Self.read(Pipe()) }
        }
        async let quick = onThread { [stallGuard] in
            let watch = stallGuard.watch()
            defer { stallGuard.dismiss(watch) }
            return (0..<20).map { _ in watch.reading { usleep(20_000) } }
        }
        let error = try await stalled.error
        #expect(error == EINTR)
        #expect(try await quick.allSatisfy { $0 == 0 })
    }

    /// Where threads accept, until they are let go on to read.
    private final class Door: Sendable {
        let accepting = Atomic(0)
        let isOpen = Atomic(false)

        func accept() -> Bool? {
            accepting.add(1, ordering: .relaxed)
            while !isOpen.load(ordering: .relaxed) { usleep(1000) }
            return true
        }
    }

    @Test func `lets as many threads accept as there are places, and one more for each that is held up`() async throws {
        let door = Door()
        let threads = (0..<3).map { _ in
            Task {
                try await onThread { [stallGuard] in
                    let watch = stallGuard.watch()
                    defer { stallGuard.dismiss(watch) }
                    _ = watch.accepting(door.accept)
                    _ = watch.reading { Self.read(Pipe()) }
                }
            }
        }
        try await onThread {
            while door.accepting.load(ordering: .relaxed) == 0 { usleep(1000) }
            usleep(200_000)
        }
        #expect(door.accepting.load(ordering: .relaxed) == 1)

        door.isOpen.store(true, ordering: .relaxed)
        for thread in threads { try await thread.value }
        #expect(door.accepting.load(ordering: .relaxed) == 3)
        try await onThread { [stallGuard] in stallGuard.stop() }
    }
}
