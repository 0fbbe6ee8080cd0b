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

    @Test func `follows a lock file that was replaced`() throws {
        let first = try lock()
        defer { first.release() }
        let second = Running { [self] in try lock(within: .seconds(5)).release() }
        usleep(100_000)
        try FileManager.default.removeItem(atPath: file)
        let third = try lock()
        // The second holder waits for the file of the first, and must not take that for the lock.
        first.close()
        usleep(200_000)
        #expect(!second.isDone)
        third.release()
        #expect(second.isSuccess())
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

    /// A command of a killed bellpull, with the mark in its environment, outlives the command's own process group.
    @Test(arguments: ["sleep 60", "trap '' TERM; while :; do sleep 1; done"])
    func `ends what a killed holder left behind`(_ script: String) throws {
        let pid = "\(folder)/pid"
        let mark = try #require(CommandMark(path: folder)).variables.mapValues { value in
            "\(value.split(separator: " ")[0]) 999999999 1"
        }
        let environment = mark.merging(["PATH": "/usr/bin:/bin"]) { $1 }
        let start =
            "setsid sh -c 'echo $$ > \(pid); \(script.replacing("'", with: #"'\''"#))' < /dev/null > /dev/null 2>&1 &"
        #expect(
            try Shell.command(start, in: folder, environment).run(
                until: .now + .seconds(5), cancellation: Cancellation()
            ).isSuccess)
        let orphan = try Observation.process(in: pid)
        // Without a note of an earlier holder nothing is searched for.
        try lock().release()
        #expect(Observation.isRunning(orphan))
        // Killed: the note stays.
        try lock().close()
        let next = try lock()
        #expect(!Observation.isRunning(orphan))
        next.release()
    }

    @Test func `leaves the commands of a running bellpull alone`() throws {
        let mark = try #require(CommandMark(path: folder)).variables.merging(["PATH": "/usr/bin:/bin"]) { $1 }
        let running = Running {
            try Shell.command("exec sleep 1", in: "/", mark).run(
                until: .now + .seconds(5), cancellation: Cancellation())
        }
        usleep(300_000)
        try lock().close()
        try lock().release()
        #expect(running.isSuccess())
    }

    @Test func `is one for all work trees of a repository, with notes for each`() throws {
        let tree = "\(folder)/worktree"
        try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: false)
        let own = try lock()
        #expect(throws: Failure.self) { try SiteLock(in: tree, common: folder, .within(.milliseconds(50))) }
        own.release()
        let other = try SiteLock(in: tree, common: folder, .within(.seconds(1)))
        other.noteBeginning()
        #expect(throws: Failure.self) { try lock(within: .milliseconds(50)) }
        other.close()
        // A command that another test starts holds the lock until its execve(2).
        #expect(
            try Observation.eventually { try SiteLock.state(in: tree, common: folder) == .afterInterruption })
        #expect(try Observation.eventually { try SiteLock.state(in: folder) == .free })
        let next = try lock()
        #expect(!next.isAfterInterruption)
        next.release()
        let again = try SiteLock(in: tree, common: folder, .within(.seconds(1)))
        #expect(again.isAfterInterruption)
        again.release()
    }

    @Test func `keeps the note about a skipped commit until a deployment succeeds`() throws {
        let filter = DeploymentFilter(paths: ["a"])
        let note = SkipNote(try .fake(1), at: try .fake(2), by: filter)
        let zeroth = try lock()
        zeroth.noteEnd(deployed: try .fake(2))
        zeroth.release()
        let first = try lock()
        #expect(first.lastSkip == nil && SiteLock.skip(in: folder) == nil)
        first.note(note)
        #expect(SiteLock.skip(in: folder) == note)
        first.noteBeginning()
        first.noteTarget(try .fake(3))
        first.close()
        let second = try lock()
        #expect(try second.lastSkip == note && second.lastUpstream == .fake(2) && second.interruptedTarget == .fake(3))
        second.noteEnd()
        second.release()
        let third = try lock()
        #expect(third.lastSkip == note && !third.isAfterInterruption)
        third.noteEnd(deployed: try .fake(3))
        third.release()
        #expect(SiteLock.skip(in: folder) == nil)
        #expect(SkipNote(in: ["skipped"]) == nil && SkipNote(in: ["skipped a b c"]) == nil)
        #expect(try note != SkipNote(.fake(1), at: .fake(2), by: DeploymentFilter(skip: "a")))
    }

    @Test func `reports a lock file that cannot be created`() {
        let failure = #expect(throws: Failure.self) { try SiteLock(in: "/nonexistent", .within(.seconds(1))) }
        #expect(failure?.message == "cannot write /nonexistent/bellpull.lock: No such file or directory")
    }
}
