import Foundation
import TestSupport
import Testing

@testable import Processes

@Suite(.onPlainThreads) struct `a command, however it is launched,` {
    static let launches = [Command.Launch.foundation, .spawn]

    private func command(
        _ script: String, _ launch: Command.Launch, in directory: String = "/", _ input: Command.Input? = nil
    ) -> Command {
        Command(
            executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", script, "sh", "a b", "", "ü"],
            directory: directory, environment: ["PATH": "/usr/bin:/bin", "A": "b c"], input: input, launch: launch)
    }

    private func run(
        _ script: String, _ launch: Command.Launch, in directory: String = "/", _ input: Command.Input? = nil,
        within time: Duration = .seconds(20)
    ) throws -> Command.Completion {
        try command(script, launch, in: directory, input).run(until: .now + time, cancellation: Cancellation())
    }

    @Test(arguments: launches) func `has its arguments, its environment and its folder`(_ launch: Command.Launch) throws
    {
        let folder = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let completion = try run("printf '%s|' \"$@\"; echo \"$A\"; pwd; echo err >&2", launch, in: folder)
        #expect(completion.output == "a b||ü|b c\n\(folder)\n")
        #expect(completion.errors == "err\n")
    }

    @Test(arguments: launches) func `reads its input, or nothing`(_ launch: Command.Launch) throws {
        #expect(try run("cat", launch, .text("hello")).output == "hello")
        #expect(try run("readlink /proc/self/fd/0; cat", launch).output == "/dev/null\n")
    }

    @Test(arguments: launches) func `inherits no descriptor and no blocked or ignored signal`(
        _ launch: Command.Launch
    ) throws {
        let own = open("/dev/zero", O_RDONLY)
        defer { close(own) }
        try #require(own >= 0 && fcntl(own, F_GETFD) & FD_CLOEXEC == 0)
        #expect(try !run("ls -l /proc/self/fd", launch).output.contains("/dev/zero"))
        let sets = try run("grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2", launch).output.split(separator: "\n")
        #expect(sets.count == 2)
        // posix_spawn(3) of glibc leaves its own two signals ignored: 32 and 33.
        #expect(sets.allSatisfy { UInt64($0, radix: 16).map { $0 & 0x7fff_ffff } == 0 })
    }

    @Test(arguments: launches) func `ends with its status, or with the signal that ended it`(
        _ launch: Command.Launch
    ) throws {
        for status in 0..<100 as Range<Int32> {
            try #require(try run("exit \(status)", launch).termination == .exited(status))
        }
        #expect(try run("kill -9 $$", launch).termination == .killed(signal: SIGKILL))
        #expect(try run("exec >&- 2>&-; sleep 0.3; exit 4", launch).termination == .exited(4))
    }

    @Test(arguments: launches) func `is not started without its program or its folder`(_ launch: Command.Launch) {
        let missing = Command(
            executable: URL(fileURLWithPath: "/nonexistent"), arguments: [], directory: "/", environment: [:],
            launch: launch)
        #expect(throws: (any Error).self) { try missing.run(until: .now + .seconds(9), cancellation: Cancellation()) }
        #expect(throws: POSIXError(.ENOENT)) { try run("true", launch, in: "/nonexistent") }
    }

    @Test(arguments: launches) func `ends with its group at the deadline, and leaves no zombie`(
        _ launch: Command.Launch
    ) throws {
        let completion = try run("trap '' TERM; sleep 20 & echo $$ $!; wait", launch, within: .milliseconds(500))
        #expect(completion.termination == .timedOut)
        let numbers = completion.output.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        #expect(numbers.count == 2)
        #expect(Observation.eventually { numbers.allSatisfy { Observation.state(of: $0) == nil } })
    }

    @Test(arguments: launches) func `is over although a grandchild lives on`(_ launch: Command.Launch) throws {
        let start = ContinuousClock.now
        let completion = try run("sleep 20 & echo $!; exit 7", launch)
        let grandchild = try #require(Int32(completion.output.dropLast()))
        defer { kill(grandchild, SIGKILL) }
        #expect(completion.termination == .exited(7))
        #expect(start.duration(to: .now) < .seconds(4))
        #expect(Observation.isRunning(grandchild))
    }

    @Test(arguments: launches) func `leaves no descriptor open`(_ launch: Command.Launch) throws {
        let before = try Observation.descriptorCount()
        for _ in 0..<200 { _ = try run("echo x", launch) }
        #expect(try Observation.eventually { try Observation.descriptorCount() < before + 100 })
    }
}
