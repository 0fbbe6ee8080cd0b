import TestSupport
import Foundation
import Testing

@testable import Processes

@Suite(.onPlainThreads) struct `supervision` {
    private let clock = ContinuousClock()
    private let gracePeriod = TeardownStep.sequence[0].leaderGracePeriod

    @Test func `bounds 100 MB of output`() throws {
        let completion = try Shell.run("head -c 100000000 /dev/zero | tr '\\0' x; echo end; echo err >&2")
        #expect(completion.termination == .exited(0))
        #expect(completion.output.utf8.count == 64 << 10)
        #expect(completion.output.hasSuffix("xend\n"))
        #expect(completion.errors == "err\n")
    }

    @Test func `bounds 100 MB of errors`() throws {
        let completion = try Shell.run("head -c 100000000 /dev/zero >&2; exit 3")
        #expect(completion.termination == .exited(3))
        #expect(completion.errors.utf8.count == 64 << 10)
    }

    @Test func `terminates a command that never stops writing`() throws {
        var completion: Command.Completion?
        let time = try clock.measure { completion = try Shell.run("yes & yes & yes & yes", within: .milliseconds(300)) }
        #expect(completion?.termination == .timedOut)
        #expect(completion?.output.suffix(4) == "y\ny\n")
        #expect(time < .seconds(4))
    }

    @Test func `is not held up by a grandchild that keeps the pipes open`() throws {
        var completion: Command.Completion?
        let time = try clock.measure { completion = try Shell.run("sleep 20 & echo $!; exit 7") }
        let grandchild = try #require(completion.flatMap { Int32($0.output.dropLast()) })
        defer { kill(grandchild, SIGKILL) }
        #expect(completion?.termination == .exited(7))
        #expect(time < .seconds(4))
        #expect(Observation.isRunning(grandchild))
    }

    @Test func `waits for a command that has closed its output`() throws {
        let completion = try Shell.run("exec >&- 2>&-; sleep 0.3; exit 4")
        #expect(completion.termination == .exited(4))
    }

    @Test func `terminates a command at its deadline`() throws {
        var completion: Command.Completion?
        let time = try clock.measure {
            completion = try Shell.run("echo $$; exec sleep 20", within: .seconds(2))
        }
        #expect(completion?.termination == .timedOut)
        #expect((Duration.seconds(2)..<(Duration.seconds(2) + gracePeriod)).contains(time))
        let process = try #require(completion.flatMap { Int32($0.output.dropLast()) })
        #expect(Observation.eventually { Observation.state(of: process) == nil })
    }

    @Test func `kills a whole group that ignores SIGTERM`() throws {
        var completion: Command.Completion?
        let time = try clock.measure {
            completion = try Shell.run(
                "trap '' TERM; sleep 60 & echo $!; (sleep 60; true) & echo $!; echo $$; while :; do sleep 60; done",
                within: .seconds(2))
        }
        #expect(completion?.termination == .timedOut)
        #expect(time < .seconds(2) + .seconds(5))
        let group = try #require(completion).output.split(separator: "\n").compactMap { Int32($0) }
        #expect(group.count == 3)
        #expect(Observation.eventually { !group.contains(where: Observation.isRunning) })
    }

    @Test func `gives the rest of a group time to exit after its leader`() throws {
        let folder = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let script = """
            cd \(folder); (trap 'sleep 0.1; echo > tidied; exit' TERM; echo > ready; while :; do sleep 0.02; done) &
            exec sleep 60
            """
        let cancellation = Cancellation()
        let stop = Running(when: { FileManager.default.fileExists(atPath: "\(folder)/ready") }) {
            cancellation.cancel()
        }
        #expect(try Shell.run(script, cancellation: cancellation).termination == .cancelled)
        #expect(stop.isSuccess())
        #expect(FileManager.default.fileExists(atPath: "\(folder)/tidied"))
    }

    @Test func `kills the rest of a group whose leader has exited`() throws {
        let completion = try Shell.run(
            "(trap '' TERM; sleep 60) & echo $!; exec sleep 60", within: .seconds(2))
        #expect(completion.termination == .timedOut)
        let other = try #require(Int32(completion.output.dropLast()))
        #expect(Observation.eventually { !Observation.isRunning(other) })
    }

    @Test func `terminates a command when it is cancelled`() throws {
        let cancellation = Cancellation()
        Thread.detachNewThread {
            sleep(2)
            cancellation.cancel()
        }
        var completion: Command.Completion?
        let time = try clock.measure {
            completion = try Shell.run("echo started; sleep 20; true", cancellation: cancellation)
        }
        #expect(completion?.termination == .cancelled)
        #expect(completion?.output == "started\n")
        #expect((Duration.seconds(2)..<(Duration.seconds(2) + gracePeriod)).contains(time))
    }
}
