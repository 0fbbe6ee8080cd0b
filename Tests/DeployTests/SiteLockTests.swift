import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) final class `a site lock`: Sendable {
    private let folder: String
    private var file: String { "\(folder)/bellpull.lock" }

    init() throws { folder = try TemporaryFolder.make() }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func lock(
        within time: Duration = .seconds(20), cancellation: Cancellation = Cancellation()
    ) throws(Failure) -> SiteLock {
        try SiteLock(in: folder, .within(time, cancellation: cancellation))
    }

    @Test func `has one holder at a time`() throws {
        let first = try lock()
        let failure = #expect(throws: Failure.self) { try lock(within: .milliseconds(100)) }
        #expect(failure?.message == "another bellpull is deploying in \(folder) and did not finish in time")
        first.release()
        try lock(within: .milliseconds(100)).release()
    }

    @Test func `passes from one holder to the next`() throws {
        let inside = Counter()
        let holders = (0..<8).map { _ in
            Running { [self] in
                let lock = try lock()
                defer { lock.release() }
                let count = inside.add(1)
                usleep(5_000)
                inside.add(-1)
                if count != 1 { throw Failure("\(count) at once") }
            }
        }
        for holder in holders { #expect(holder.isSuccess()) }
    }

    @Test func `keeps other processes out`() throws {
        let own = try lock()
        #expect(try Shell.run("flock --nonblock \(file) true").termination == .exited(1))
        own.release()
        #expect(try Shell.run("flock --nonblock \(file) true").isSuccess)
    }

    @Test func `waits for other processes`() throws {
        let other = Running { [file] in try Shell.run("flock \(file) sh -c 'touch \(file).held; sleep 0.5'") }
        #expect(Observation.eventually { FileManager.default.fileExists(atPath: "\(file).held") })
        #expect(throws: Failure.self) { try lock(within: .milliseconds(50)) }
        try lock().release()
        #expect(other.isSuccess())
    }

    @Test func `is not inherited by child processes`() throws {
        let own = try lock()
        let running = Running { try Shell.run("sleep 1") }
        usleep(200_000)
        own.release()
        try lock(within: .milliseconds(300)).release()
        #expect(running.isSuccess())
    }

    @Test func `stops waiting when it is cancelled`() throws {
        let own = try lock()
        defer { own.release() }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: Failure.self) { try lock(cancellation: cancellation) }
    }

    @Test func `records an interruption until a deployment has finished`() throws {
        let first = try lock()
        #expect(!first.isAfterInterruption)
        first.noteBeginning()
        // The death of the process releases the lock.
        first.release()
        for _ in 0..<2 {
            let next = try lock()
            #expect(next.isAfterInterruption)
            next.release()
        }
        let last = try lock()
        last.noteBeginning()
        last.noteEnd()
        last.release()
        let later = try lock()
        #expect(!later.isAfterInterruption)
        later.release()
    }

    @Test(arguments: [20, 32]) func `remembers the last deployed commit`(_ bytes: Int) throws {
        let commit = try #require(Commit(String(repeating: "1a", count: bytes)))
        let next = try #require(Commit(String(repeating: "2b", count: bytes)))
        /// Takes the lock, and expects the note of the previous holder.
        func hold(_ last: Commit?, isAfterInterruption: Bool = false, _ body: (SiteLock) -> Void = { _ in }) throws {
            let lock = try self.lock()
            #expect(lock.lastUpstream == last)
            #expect(lock.isAfterInterruption == isAfterInterruption)
            lock.noteBeginning()
            body(lock)
            lock.release()
        }
        try hold(nil) { $0.noteEnd(deployed: commit) }
        try hold(commit)
        try hold(commit, isAfterInterruption: true) { $0.noteEnd() }
        try hold(commit) { $0.noteEnd(deployed: next) }
        try hold(next)
        try hold(next, isAfterInterruption: true)
    }

    @Test func `reports a lock file that cannot be created`() {
        let failure = #expect(throws: Failure.self) { try SiteLock(in: "/nonexistent", .within(.seconds(1))) }
        #expect(failure?.message == "cannot write /nonexistent/bellpull.lock: No such file or directory")
    }
}
