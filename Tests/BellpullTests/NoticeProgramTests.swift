import Fence
import Foundation
import Processes
import TestSupport
import Testing

@testable import bellpull

@Suite(.onPlainThreads) struct `the program that is told` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["state", "etc"] { mkdir(folder(name), 0o700) }
        try "the secret".write(toFile: folder("etc/secret"), atomically: false, encoding: .utf8)
    }

    private func program(_ script: String, _ arguments: String..., readable: [String] = []) throws -> NoticeProgram {
        try Shell.writeExecutable("#!/bin/sh\n\(script)\n", to: folder("tell"))
        return NoticeProgram(
            words: [folder("tell")] + arguments, readable: readable,
            surroundings: NoticeProgram.Surroundings(
                runner: FenceRunner(launcher: [try BuiltProgram.path, "run-step"], socket: nil),
                folder: folder("state/notify"), hidden: [folder("etc"), folder("state")], path: "/usr/bin:/bin"))
    }

    private func run(_ program: NoticeProgram, _ text: String = "{}", within time: Duration = .seconds(20))
        -> NoticeProgram.Ending?
    {
        program.run(text, for: "blog", Cancellation(), within: time)
    }

    @Test func `reads the notice, and nothing else tells of it`() throws {
        let hostile = #"{"ref":"$(touch MARK)`touch MARK`'; touch MARK"}"#
        let program = try program(
            #"cat; printf '%s|' "$@"; tr '\0' '\n' </proc/self/environ | sort; env | sort"#, "--to", "a 'b' $(id)", "")
        let ending = try #require(run(program, hostile))
        #expect(ending.failure == nil)
        let lines = ending.output.split(separator: "\n").map(String.init)
        #expect(lines.first == hostile && lines.dropFirst().first?.hasPrefix("--to|a 'b' $(id)||") == true)
        let variables = Set(
            lines.filter { $0.contains("=") }.compactMap { $0.split(separator: "=").first.map(String.init) })
        let ofShell: Set = ["PWD", "OLDPWD", "SHLVL", "_"]
        #expect(variables.subtracting(ofShell) == ["HOME", "LANG", "PATH", "TMPDIR"], "\(lines)")
        #expect(!lines.dropFirst().joined().contains("MARK"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("state/notify")) == ["blog"])
    }

    @Test(.enabled(if: NoticeProgram.hasLandlock))
    func `reads no secret, unless it is named, and writes only to its home`() throws {
        let script = """
            cat '\(folder("etc/secret"))'; cat '\(folder("key"))'; echo x >'\(folder("state/ledger"))'; echo y >"$HOME/kept"
            exit 0
            """
        try "the key".write(toFile: folder("key"), atomically: false, encoding: .utf8)
        let closed = try #require(run(try program(script)))
        #expect(closed.failure == nil && !closed.output.contains("the secret") && !closed.output.contains("the key"))
        #expect(access(folder("state/ledger"), F_OK) != 0)
        #expect(FileManager.default.contents(atPath: folder("state/notify/blog/kept")) == Data("y\n".utf8))
        let open = try #require(run(try program(script, readable: [folder("key"), folder("missing")])))
        #expect(open.output.contains("the key") && !open.output.contains("the secret"))
    }

    @Test func `ends at its time limit, with what it started`() throws {
        let program = try program("echo begun; sleep 71 & sleep 72")
        let ending = try #require(run(program, within: .seconds(1)))
        #expect(ending.output == "begun\n" && ending.failure == "no end within 60 s")
    }

    @Test func `may print as much as it likes`() throws {
        let program = try program("head -c 50000000 /dev/zero | tr '\\0' x; echo end; exit 3")
        let ending = try #require(run(program))
        #expect(
            ending.failure == "exit status 3" && ending.output.utf8.count == 1024 && ending.output.hasSuffix("xend\n"))
    }

    @Test func `is named if it cannot be run`() throws {
        let program = try program("exit 0")
        chmod(folder("tell"), 0o644)
        #expect(run(program)?.failure == "\(folder("tell")) is not executable")
        unlink(folder("tell"))
        #expect(run(program)?.failure == "\(folder("tell")) does not exist")
        #expect(NoticeProgram.fault(of: folder.path) == "is not a file")
    }

    @Test func `ends when Bellpull stops`() throws {
        let program = try program("touch \"$HOME/running\"; sleep 70")
        let cancellation = Cancellation()
        Thread.detachNewThread { [path = folder("state/notify/blog/running")] in
            _ = Observation.eventually { access(path, F_OK) == 0 }
            cancellation.cancel()
        }
        #expect(program.run("{}", for: "blog", cancellation) == nil)
    }
}
