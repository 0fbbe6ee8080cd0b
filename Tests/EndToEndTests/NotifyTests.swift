import Foundation
import TestSupport
import Testing

/// The test plays systemd: it has the socket of sd_notify(3).
@Suite struct `a Bellpull of systemd` {
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository
    let systemd: NotifySocket

    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        systemd = try NotifySocket(folder("notify"))
    }

    private func start(_ changes: [String: String] = [:], socket: String? = nil) throws -> Program {
        var environment = try Responder.environment(of: clone, in: folder)
        environment["NOTIFY_SOCKET"] = socket ?? systemd.name
        return try Program(
            [try BuiltProgram.path, "serve", "--socket", folder("bellpull.sock")],
            environment: environment.merging(changes) { $1 }, output: folder("log"))
    }

    @Test func `tells systemd that it serves, and that it stops`() throws {
        let program = try start()
        #expect(systemd.hears("READY=1"))
        // The socket exists and the service answers before it is ready.
        #expect(FileManager.default.fileExists(atPath: folder("bellpull.sock")))
        #expect(systemd.lines.contains("STATUS=1 site"))
        program.signal(SIGTERM)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        #expect(systemd.lines.contains("STOPPING=1"))
        let words = systemd.lines.filter { ["READY=1", "STOPPING=1"].contains($0) }
        #expect(words == ["READY=1", "STOPPING=1"])
    }

    @Test func `reaches the abstract socket of systemd in a container`() throws {
        let systemd = try NotifySocket("@bellpull-test-\(UUID().uuidString)")
        let program = try start(socket: systemd.name)
        #expect(systemd.hears("READY=1"))
        program.end()
        #expect(systemd.lines.contains("STOPPING=1"))
    }

    @Test func `feeds the watchdog`() throws {
        let program = try start(["WATCHDOG_USEC": "200000"])
        defer { program.end() }
        #expect(systemd.hears("READY=1"))
        #expect(Observation.eventually { systemd.lines.count { $0 == "WATCHDOG=1" } > 5 })
        let lines = systemd.lines
        #expect(lines.firstIndex(of: "READY=1") ?? .max < lines.firstIndex(of: "WATCHDOG=1") ?? 0)
    }

    @Test func `feeds no watchdog of another process`() throws {
        let program = try start(["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"])
        #expect(systemd.hears("READY=1"))
        program.signal(SIGTERM)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        #expect(!systemd.lines.contains("WATCHDOG=1"))
    }

    @Test func `counts failed sites after each deployment, and after a restart`() throws {
        let program = try start()
        #expect(systemd.hears("READY=1"))
        try clone.write("edited on the server", to: "index.html")
        let web = try WebServer(in: folder, root: clone.path, socket: folder("bellpull.sock"))
        defer { web.end() }
        func push(_ text: String) throws -> Int {
            let delivery = try GitHubDelivery.push(of: try forge.push(text))
            let request = RawHTTP.request("POST", "/github", headers: delivery.headers, body: delivery.body)
            return try RawHTTP(port: web.port, request).reply().status
        }
        #expect(try push("second") == 500)
        #expect(systemd.hears("STATUS=1 site, 1 failed"))
        program.signal(SIGTERM)
        #expect(program.ending(within: .seconds(5)) == .exited(0))

        let next = try start()
        defer { next.end() }
        #expect(Observation.eventually { systemd.lines.count { $0 == "STATUS=1 site, 1 failed" } == 2 })
        try clone.git("checkout", "--", "index.html")
        #expect(try push("third") == 200)
        #expect(Observation.eventually { systemd.lines.last == "STATUS=1 site" })
    }

    @Test func `keeps systemd's variables from git`() throws {
        let bin = folder("bin")
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: false)
        try Shell.writeExecutable(
            "#!/bin/sh\nenv >>'\(folder("variables"))'\nexec /usr/bin/git \"$@\"\n", to: "\(bin)/git")
        let path = try Responder.environment(of: clone, in: folder)["PATH"] ?? ""
        let program = try start(["PATH": "\(bin):\(path)", "WATCHDOG_USEC": "60000000"])
        defer { program.end() }
        #expect(systemd.hears("READY=1"))
        let variables = try text(of: folder("variables"))
        #expect(variables.contains("GIT_TERMINAL_PROMPT"))
        #expect(!variables.contains("NOTIFY_SOCKET") && !variables.contains("WATCHDOG"))
    }

    @Test func `never says ready with a wrong main file, and exits at once`() throws {
        var environment = try Responder.environment(of: clone, in: folder)
        environment["NOTIFY_SOCKET"] = systemd.name
        try write("drain = 3", to: folder("bellpull.toml"))
        let start = ContinuousClock.now
        let result = try Program.run(
            [try BuiltProgram.path, "serve", "--socket", folder("bellpull.sock")], environment: environment)
        #expect(result.ending == .exited(78))
        #expect(start.duration(to: .now) < .seconds(5))
        #expect(!systemd.lines.contains("READY=1"))
        #expect(!FileManager.default.fileExists(atPath: folder("state/control.sock")))
    }

    @Test func `writes priorities if, and only if, standard error is the journal`() throws {
        var environment = try Responder.environment(of: clone, in: folder)
        try write("drain = 3", to: folder("bellpull.toml"))
        for isJournal in [true, false] {
            let errors = folder("errors-\(isJournal)")
            try write("", to: errors)
            var status = stat()
            #expect(stat(errors, &status) == 0)
            environment["JOURNAL_STREAM"] = isJournal ? "\(status.st_dev):\(status.st_ino)" : "8:15"
            let program = try Program(
                [try BuiltProgram.path, "serve", "--socket", folder("bellpull.sock")], environment: environment,
                output: folder("output"), errors: errors)
            #expect(program.ending(within: .seconds(10)) == .exited(78))
            let lines = try text(of: errors).split(separator: "\n")
            #expect(lines.count >= 2)
            #expect(lines.allSatisfy { $0.hasPrefix(isJournal ? "<3>bellpull: " : "bellpull: ") }, "\(lines)")
        }
    }
}
