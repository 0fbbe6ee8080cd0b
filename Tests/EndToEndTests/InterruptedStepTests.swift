import Foundation
import TestSupport
import Testing

@Suite struct `a Bellpull that ends during a step` {
    /// Waits until a push of `text` waits in a step, and returns the request.
    private func push(_ text: String, waitingAt server: SteppedServer) throws -> (commit: String, request: RawHTTP) {
        #expect(try server.push("old").reply.status == 200)
        try server.block()
        unlink("\(server.site)/cache/waiting")
        let commit = try server.forge.push(text)
        let request = try server.server.send(.push(of: commit))
        _ = try server.waiting()
        return (commit, request)
    }

    /// A build that stays behind if nobody ends it, and a shell that ignores SIGTERM.
    private static let build = "setsid sleep 4321 & trap \"\" TERM; \(SteppedServer.wait)"

    @Test(arguments: [false, true]) func `ends the build, and deploys after the next start`(cancels: Bool) throws {
        let server = try SteppedServer(
            "build = '\(Self.build)'\n\(cancels ? "on_newer = \"cancel\"" : "")", main: "drain = \"1s\"\n")
        let (commit, request) = try push("second", waitingAt: server)

        let start = ContinuousClock.now
        try server.server.bellpull.program.signal(SIGTERM)

        let reply = try request.reply()
        #expect(reply.status == 202 && reply["Bellpull-Outcome"] == "queued")
        #expect(try server.server.bellpull.program.ending(within: .seconds(8)) == .exited(0))
        #expect(ContinuousClock.now - start < .seconds(6))
        #expect(!server.hasStep)
        #expect(try server.page == "old")
        #expect(try server.temporaryFolders == [])
        server.unblock()
        try server.start()
        #expect(server.shows("second"))
        #expect(try server.server.post(.push(of: commit)).status == 200)
        #expect(try server.releases.count { !$0.hasPrefix(".") } == 2)
    }

    @Test func `lets the build finish within the drain`() throws {
        let server = try SteppedServer("build = '\(SteppedServer.wait)'\n")
        let (_, request) = try push("second", waitingAt: server)
        try server.server.bellpull.program.signal(SIGTERM)
        usleep(300_000)
        server.unblock()
        #expect(try request.reply()["Bellpull-Outcome"] == "deployed")
        #expect(try server.server.bellpull.program.ending(within: .seconds(8)) == .exited(0))
        #expect(try server.page == "second")
    }

    @Test func `by a kill leaves no build behind, and the next one deploys`() throws {
        let server = try SteppedServer("build = '\(Self.build)'\n")
        let (commit, request) = try push("second", waitingAt: server)

        try server.server.killBellpull()
        _ = try? request.reply()

        #expect(try server.page == "old")
        #expect(Observation.eventually(within: .seconds(5)) { !server.hasStep })
        server.unblock()
        try server.start()
        #expect(server.shows("second"))
        #expect(try server.server.post(.push(of: commit)).status == 200)
        let hidden = try server.releases.filter { $0.hasPrefix(".") }
        #expect(hidden.count == 2 && hidden.allSatisfy { $0.hasSuffix(".json") }, "\(hidden)")
        #expect(try server.temporaryFolders == [])
    }

    /// The old build may take a moment to end. Both have the same home.
    @Test func `by a kill builds again only when the old build has ended`() throws {
        let server = try SteppedServer("build = '\(Self.build)'\n")
        let (_, request) = try push("second", waitingAt: server)
        let old = try server.waiting()
        try server.server.killBellpull()
        _ = try? request.reply()
        try server.start()
        var most = 0
        let isBuiltAgain = Observation.eventually {
            let builds = builds(of: server)
            most = max(most, builds.count)
            return !builds.isEmpty && !builds.contains(old)
        }
        #expect(isBuiltAgain && most == 1, "\(most) at once")
        server.unblock()
        #expect(server.shows("second"))
    }

    /// The sessions of the shells that run builds: each build has a session of its own.
    private func builds(of server: SteppedServer) -> Set<Int32> {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let sessions = processes.compactMap { Int32($0) }.filter { process in
            guard Observation.isRunning(process) else { return false }
            let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            let variables = FileManager.default.contents(atPath: "/proc/\(process)/environ") ?? Data()
            return words.starts(with: Data("sh\0-c\0".utf8))
                && variables.range(of: Data("BELLPULL_RELEASE=\(server.site)/".utf8)) != nil
        }.map { getsid($0) }
        return Set(sessions).subtracting([-1])
    }

    @Test(arguments: [true, false]) func `by a kill right after the swap checks what is live`(isGood: Bool) throws {
        let server = try SteppedServer("health = '\(SteppedServer.wait); grep good index.html'\nhealth_retries = 0\n")
        #expect(try server.push("good").reply.status == 200)
        try server.block()
        unlink("\(server.site)/cache/waiting")
        let commit = try server.forge.push(isGood ? "good too" : "bad")
        let request = try server.server.send(.push(of: commit))
        _ = try server.waiting()
        #expect(try server.page == (isGood ? "good too" : "bad"), "live, and not yet checked")

        try server.server.killBellpull()
        _ = try? request.reply()
        #expect(Observation.eventually(within: .seconds(5)) { !server.hasStep })
        server.unblock()
        try server.start()

        #expect(server.shows(isGood ? "good too" : "good"))
        // The check is made up for, and then the site is at the commit already.
        let expected = isGood ? "unchanged" : "failed"
        #expect(
            try Observation.eventually {
                try server.server.ledger("SELECT state FROM deployment ORDER BY id DESC LIMIT 1") == [expected]
            })
        let again = try server.server.post(.push(of: commit))
        #expect(again.status == (isGood ? 200 : 500), "\(again.text)")
        #expect(try server.page == (isGood ? "good too" : "good"))
    }

    @Test func `by a kill runs the last step again`() throws {
        let server = try SteppedServer(
            "after = 'echo $BELLPULL_COMMIT >>$HOME/log; \(SteppedServer.wait); echo done >>$HOME/log'\n")
        let (commit, request) = try push("second", waitingAt: server)
        #expect(try server.page == "second")
        try server.server.killBellpull()
        _ = try? request.reply()
        server.unblock()
        try server.start()
        #expect(Observation.eventually { server.home("log").hasSuffix("\(commit)\n\(commit)\ndone\n") })
    }

    @Test func `does not wait for a launcher that was killed`() throws {
        let server = try SteppedServer("build = '\(Self.build)'\n")
        let (_, request) = try push("second", waitingAt: server)
        let shell = try server.waiting()
        let status = try text(of: "/proc/\(shell)/stat")
        let launcher = try #require(status.split(separator: " ").dropFirst(3).first.flatMap { Int32($0) })
        kill(launcher, SIGKILL)
        let reply = try request.reply()
        #expect(reply.status == 500)
        #expect(reply.error?.contains("the step's launcher ended without an answer") == true, "\(reply.text)")
        #expect(!server.hasStep)
        #expect(try server.page == "old")
        server.unblock()
        #expect(try server.push("third").reply.status == 200)
    }
}
