import TestSupport
import Foundation
import Testing

@testable import Processes

@Suite(.onPlainThreads) struct `command` {
    @Test(arguments: [0, 1, 128, 255] as [Int32]) func `ends with its exit status`(_ status: Int32) throws {
        let completion = try Shell.run("exit \(status)")
        #expect(completion.termination == .exited(status))
        #expect(completion.isSuccess == (status == 0))
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGHUP]) func `ends with the signal that ended it`(_ signal: Int32) throws {
        let completion = try Shell.run("kill -\(signal) $$; sleep 5")
        #expect(completion.termination == .killed(signal: signal))
        #expect(!completion.isSuccess)
    }

    @Test func `keeps the output of each stream`() throws {
        let completion = try Shell.run("echo out; echo err >&2; echo out again")
        #expect(completion.output == "out\nout again\n")
        #expect(completion.errors == "err\n")
    }

    @Test func `runs in its folder, with its arguments`() throws {
        let folder = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let command = Shell.command("pwd; printf '%s|' \"$@\"", ["a b", "$(id)", "", "-x", "ü\n"], in: folder)
        let completion = try command.run(until: .now + .seconds(20), cancellation: Cancellation())
        #expect(completion.output == "\(folder)\na b|$(id)||-x|ü\n|")
    }

    @Test func `has exactly its own environment`() throws {
        let command = Command(
            executable: URL(fileURLWithPath: "/usr/bin/env"), arguments: [], directory: "/", environment: ["A": "b c"])
        let completion = try command.run(until: .now + .seconds(20), cancellation: Cancellation())
        #expect(completion.output == "A=b c\n")
    }

    @Test func `reads nothing, as its standard input is the null device`() throws {
        #expect(try Shell.run("readlink /proc/self/fd/0; cat").output == "/dev/null\n")
    }

    @Test func `inherits none of our descriptors`() throws {
        let own = open("/dev/zero", O_RDONLY)
        defer { close(own) }
        try #require(own >= 0 && fcntl(own, F_GETFD) & FD_CLOEXEC == 0)
        let listing = try Shell.run("ls -l /proc/self/fd")
        #expect(listing.isSuccess && !listing.output.contains("/dev/zero"))
    }

    @Test func `runs with no signal blocked, in a process group of its own`() throws {
        let completion = try Shell.run("grep SigBlk /proc/self/status; cut -d' ' -f1,5 /proc/$$/stat")
        let lines = completion.output.split(separator: "\n")
        #expect(lines.first == "SigBlk:\t0000000000000000")
        let numbers = try #require(lines.last).split(separator: " ")
        #expect(numbers.count == 2 && numbers.first == numbers.last)
    }

    @Test func `throws if there is no such program`() {
        let command = Command(
            executable: URL(fileURLWithPath: "/nonexistent/git"), arguments: [], directory: "/", environment: [:])
        let error = #expect(throws: CocoaError.self) {
            try command.run(until: .now + .seconds(20), cancellation: Cancellation())
        }
        #expect(error?.code == .fileReadNoSuchFile)
    }

    @Test(arguments: ["/nonexistent": .ENOENT, "/etc/passwd": .ENOTDIR] as [String: POSIXErrorCode])
    func `throws if there is no such folder`(_ directory: String, _ code: POSIXErrorCode) {
        #expect(throws: POSIXError(code)) {
            try Shell.command("true", in: directory).run(until: .now + .seconds(20), cancellation: Cancellation())
        }
    }

    @Test func `is not started once it was cancelled`() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let completion = try Shell.run("echo started", cancellation: cancellation)
        #expect(completion.termination == .cancelled)
        #expect(completion.output.isEmpty)
    }

    /// Foundation and Bellpull both wait for the process. The status must be right whichever of the two reaps it.
    @Test func `reports the right status every time`() throws {
        for number in 0..<300 {
            let status = Int32(number % 3)
            let completion = try Shell.run("exit \(status)")
            try #require(completion.termination == .exited(status))
        }
    }

    @Test func `leaves no descriptor open`() throws {
        let runs = 200
        func runOften() throws {
            for _ in 0..<runs { _ = try Shell.run("echo x") }
            for directory in ["/nonexistent", "/etc/passwd"] {
                for _ in 0..<runs {
                    _ = try? Shell.command("true", in: directory)
                        .run(until: .now + .seconds(20), cancellation: Cancellation())
                }
            }
        }
        let before = try Observation.descriptorCount()
        try runOften()
        // A leak per run, or per failure, would leave 200 more. Tests that run at the same time have a few open.
        #expect(try Observation.eventually { try Observation.descriptorCount() < before + runs / 2 })
    }

    @Test func `leaves no zombie, even if a grandchild outlives it`() throws {
        for script in ["echo $$ 0", "sleep 20 & echo $$ $!"] {
            let numbers = try Shell.run(script).output.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
            try #require(numbers.count == 2)
            defer { if numbers[1] > 0 { kill(numbers[1], SIGKILL) } }
            #expect(Observation.eventually { Observation.state(of: numbers[0]) == nil })
        }
    }
}
