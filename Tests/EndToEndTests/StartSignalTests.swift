import Foundation
import TestSupport
import Testing

/// A git that takes its time makes the start long.
@Suite struct `a starting Bellpull` {
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository

    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        let started = "[ -e '\(folder("started"))' ] || grep SigCgt: /proc/$PPID/status >'\(folder("started"))'"
        let bin = folder("bin")
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: false)
        try Shell.writeExecutable("#!/bin/sh\n\(started)\nsleep 0.3\nexec /usr/bin/git \"$@\"\n", to: "\(bin)/git")
    }

    /// How Bellpull is told of its site.
    enum Mode: CaseIterable {
        case files, environment
    }

    private func start(_ mode: Mode) throws -> Program {
        var environment =
            try mode == .files
            ? Responder.environment(of: clone, in: folder) : Responder.variables(of: clone, in: folder)
        environment["PATH"] = "\(folder("bin")):\(environment["PATH"] ?? "")"
        return try Program(
            [try BuiltProgram.path, "serve", "--socket", folder("bellpull.sock")], environment: environment,
            output: folder("log"))
    }

    private var log: String { (try? text(of: folder("log"))) ?? "" }

    /// Whether the process has a handler for SIGHUP (proc(5), SigCgt).
    private func handlesReload(_ program: Program) -> Bool { handlesReload("/proc/\(program.pid)/status") }

    private func handlesReload(_ path: String) -> Bool {
        let status = (try? text(of: path)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        let mask = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
        return mask & 1 << (UInt64(SIGHUP) - 1) != 0
    }

    @Test(arguments: Mode.allCases) func `reloads after the start if it is told to during the start`(mode: Mode) throws
    {
        let program = try start(mode)
        #expect(Observation.eventually { handlesReload(program) })
        while program.isRunning, !log.contains("serving ") {
            program.signal(SIGHUP)
            usleep(3_000)
        }
        #expect(Observation.eventually { log.contains("reloaded;") })
        #expect(program.isRunning)
        // The handlers came before the first git.
        #expect(handlesReload(folder("started")))
        program.signal(SIGTERM)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
    }

    @Test(arguments: Mode.allCases, [SIGTERM, SIGINT])
    func `stops cleanly and at once if it is told to during the start`(mode: Mode, signal: Int32) throws {
        let program = try start(mode)
        #expect(Observation.eventually { FileManager.default.fileExists(atPath: folder("started")) })
        program.signal(signal)
        #expect(program.ending(within: .seconds(2)) == .exited(0))
        #expect(log.hasSuffix("info stopped\n"))
        #expect(!log.contains("error"))
        #expect(!FileManager.default.fileExists(atPath: folder("bellpull.sock")))
    }

    @Test func `stops at any moment of the start`() throws {
        var logs: [String] = []
        for delay in stride(from: 0, to: 200, by: 20) {
            let program = try start(.environment)
            #expect(Observation.eventually { handlesReload(program) })
            usleep(UInt32(delay) * 1000)
            program.signal(SIGHUP)
            program.signal(SIGTERM)
            #expect(program.ending(within: .seconds(5)) == .exited(0), "\(log)")
            logs.append(log)
        }
        #expect(logs.allSatisfy { $0.hasSuffix("info stopped\n") })
    }
}
