import Processes
import TestSupport
import Foundation
import Testing

@testable import Git

@Suite(.onPlainThreads) struct `git` {
    private var limits: Limits { .within(.seconds(20)) }

    @Test func `returns what it prints, without the last line break`() throws {
        let output = try Git(in: "/").output(of: ["--version"], limits)
        #expect(output.hasPrefix("git version ") && !output.hasSuffix("\n"))
    }

    @Test func `throws its own words if it fails`() throws {
        let git = try Git(in: "/")
        let error = #expect(throws: GitError.self) { try git.output(of: ["rev-parse", "--verify", "x"], limits) }
        #expect(error?.termination == .exited(128))
        #expect(error?.arguments == ["rev-parse", "--verify", "x"])
        #expect(error?.firstLine.hasPrefix("fatal: not a git repository") == true)
    }

    @Test func `takes a failure for a result if it is asked to run only`() throws {
        #expect(try Git(in: "/").run(["rev-parse", "--verify", "x"], limits).termination == .exited(128))
    }

    @Test func `is not there if PATH has none`() {
        #expect(throws: GitError.noExecutable) { try Git(in: "/", inheriting: ["PATH": "/nonexistent:/dev"]) }
    }

    @Test func `is found where PATH has it first`() throws {
        let folder = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let script = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n"
        try Shell.writeExecutable(script, to: "\(folder)/git")
        let git = try Git(in: "/", inheriting: ["PATH": "/nonexistent:\(folder):/usr/bin:/bin"])
        let arguments = try git.output(of: ["pull", "--rebase"], limits).split(separator: "\n")
        #expect(arguments.suffix(2) == ["pull", "--rebase"])
        for setting in ["core.hooksPath=/dev/null", "rebase.autoStash=false", "gc.auto=0"] {
            #expect(arguments.contains(Substring(setting)))
        }
    }

    @Test func `says where it cannot run`() throws {
        let git = try Git(in: "/nonexistent")
        let error = #expect(throws: GitError.self) { try git.run(["status"], limits) }
        #expect(error?.termination == nil)
        #expect(error?.message == "cannot run git in /nonexistent: No such file or directory")
    }

    @Test func `says why its executable cannot be started`() throws {
        let folder = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let executable = "\(folder)/git"
        try Shell.writeExecutable("#!/bin/sh", to: executable)
        let git = try Git(in: "/", inheriting: ["PATH": folder])
        try FileManager.default.removeItem(atPath: executable)
        let error = #expect(throws: GitError.self) { try git.run(["status"], limits) }
        #expect(error?.message == "cannot run git in /: No such file or directory")
    }

    @Test func `refuses output that is too long to be read whole`() throws {
        let folder = try TemporaryFolder()
        let script = "#!/bin/sh\nhead -c ${PWD##*/} /dev/zero\n"
        try Shell.writeExecutable(script, to: folder("git"))
        for (size, isWhole) in [(64 << 20, true), ((64 << 20) + 1, false)] {
            try FileManager.default.createDirectory(atPath: folder("\(size)"), withIntermediateDirectories: false)
            let git = try Git(in: folder("\(size)"), inheriting: ["PATH": "\(folder.path):/usr/bin:/bin"])
            if isWhole {
                #expect(try git.outputBytes(of: ["x"], limits).count == size)
            } else {
                let error = #expect(throws: GitError.self) { try git.outputBytes(of: ["x"], limits) }
                #expect(error?.message == "git x wrote more than 64 MiB")
            }
        }
    }

    @Test func `has a deadline`() throws {
        let error = #expect(throws: GitError.self) { try Git(in: "/").output(of: ["help", "-a"], .within(.zero)) }
        #expect(error?.termination == .timedOut)
    }

    @Test func `runs no hook of the clone`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let hook = "\(blog.site)/.git/hooks/post-checkout"
        try Shell.writeExecutable("#!/bin/sh\ntouch \(blog.folder)/called\n", to: hook)
        _ = try Git(in: blog.site).output(of: ["checkout", "--quiet", "-b", "next"], limits)
        #expect(!blog.exists("called"))
        try blog.git("checkout", "--quiet", "-b", "again", in: blog.site)
        #expect(blog.exists("called"))
    }

    /// Objects, references and the index must be on the disk before git says that they are: the ledger is.
    @Test func `waits for the disk as often as it can`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let trace = "\(blog.folder)/trace"
        try blog.write("[trace2]\neventTarget = \(trace)\n", to: ".gitconfig")
        try blog.git("clone", "--quiet", blog.remote, "other", in: blog.folder)
        try blog.push(["index.html": "two\n"])
        let home = ["HOME": blog.folder, "PATH": "/usr/local/bin:/usr/bin:/bin"]
        let git = try Git(in: blog.site, inheriting: home)
        // The empty file becomes a loose object, as the commits of a rebase do.
        for arguments in [
            ["fetch", "--quiet"], ["reset", "--quiet", "--hard", "@{upstream}"], ["hash-object", "-w", "/dev/null"],
        ] {
            _ = try git.output(of: arguments, limits)
            let flushes = try takeFlushes(trace)
            let all = ["-c", "core.fsync=all", "-c", "fetch.unpackLimit=1"]
            try blog.git(all + arguments, in: "\(blog.folder)/other", environment: home)
            #expect(try flushes > 0 && flushes == takeFlushes(trace), "\(arguments)")
        }
    }

    /// Returns how often the processes in the file `trace` waited for the disk, and removes the file. Git counts since
    /// version 2.36; the form of the count changed with version 2.40.
    private func takeFlushes(_ trace: String) throws -> Int {
        let text = try String(contentsOfFile: trace, encoding: .utf8)
        try FileManager.default.removeItem(atPath: trace)
        let counts = text.matches(of: #/hardware-flush","(?:value":"|count":)(\d+)/#).compactMap { Int($0.1) }
        return counts.reduce(0, +)
    }
}
