import Foundation
import TestSupport
import Testing

@testable import Processes

@Suite(.onPlainThreads) final class `running commands`: Sendable {
    private let commands = RunningCommands()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Starts `script` on a thread of its own. The script writes the numbers of its processes to files.
    private func run(_ script: String) -> Running {
        Running { [commands, folder] in
            var command = Shell.command(script, in: folder.path)
            command.siblings = commands
            _ = try command.run(until: .now + .seconds(60), cancellation: Cancellation())
        }
    }

    @Test func `are told apart from later processes with the same number`() throws {
        let current = try #require(ProcessIdentity.current)
        #expect(ProcessIdentity(current.number) == current)
        #expect(ProcessIdentity(number: current.number, start: current.start + 1) != current)
        #expect(ProcessIdentity(Int32.max) == nil)
    }

    @Test func `are terminated with their children`() throws {
        let command = run("sleep 60 & echo $! > child; echo $$ > leader; wait")
        let processes = try ["leader", "child"].map { try Observation.process(in: folder($0)) }
        #expect(processes.allSatisfy(Observation.isRunning))
        commands.terminateAll()
        #expect(!processes.contains(where: Observation.isRunning))
        #expect(command.isSuccess())
    }

    @Test func `are killed if they ignore SIGTERM`() throws {
        let command = run(
            "trap '' TERM; (sleep 60; true) & echo $! > child; echo $$ > leader; while :; do sleep 60; done")
        let processes = try ["leader", "child"].map { try Observation.process(in: folder($0)) }
        commands.terminateAll()
        #expect(!processes.contains(where: Observation.isRunning))
        #expect(command.isSuccess())
    }

    @Test func `have time to exit by themselves`() throws {
        let command = run("trap 'echo > tidied; exit' TERM; echo $$ > leader; while :; do sleep 0.02; done")
        _ = try Observation.process(in: folder("leader"))
        commands.terminateAll()
        #expect(FileManager.default.fileExists(atPath: folder("tidied")))
        #expect(command.isSuccess())
    }

    @Test func `are not followed by others once they are terminated`() throws {
        commands.terminateAll()
        var command = Shell.command("echo > started", in: folder.path)
        command.siblings = commands
        let completion = try command.run(until: .now + .seconds(20), cancellation: Cancellation())
        #expect(completion.termination == .cancelled)
        #expect(!FileManager.default.fileExists(atPath: folder("started")))
    }

    /// The number of a process that has ended may belong to another program.
    @Test func `are forgotten when they have ended`() throws {
        #expect(run("sleep 60 > output 2>&1 & echo $! > child").isSuccess())
        let child = try Observation.process(in: folder("child"))
        defer { kill(child, SIGKILL) }
        commands.terminateAll()
        #expect(Observation.isRunning(child))
    }
}
