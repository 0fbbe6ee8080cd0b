import Foundation
import TestSupport
import Testing

@Suite struct `a Bellpull that is told to stop` {
    @Test(arguments: [SIGTERM, SIGINT])
    func `removes its socket`(signal: Int32) throws {
        let site = try ServedSite()

        site.bellpull.program.signal(signal)

        #expect(site.bellpull.program.ending(within: .seconds(2)) == .exited(0))
        #expect(!FileManager.default.fileExists(atPath: site.socket))
        #expect(site.bellpull.log.hasSuffix("info stopped\n"))
    }

    @Test func `finishes the running pull, and answers`() throws {
        let site = try ServedSite(remote: .ssh)
        let commit = try site.forge.push("second")
        try site.ssh.hang()
        let request = try site.send(.push(of: commit))
        let group = try site.ssh.group()
        #expect(group.isAlive)

        site.bellpull.program.signal(SIGTERM)
        // Without the socket, nginx answers new requests at once, and the next Bellpull can start.
        #expect(Observation.eventually { !FileManager.default.fileExists(atPath: site.socket) })
        #expect(site.bellpull.program.isRunning)
        try site.ssh.goOn()

        let reply = try request.reply()
        #expect(reply.status == 200)
        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(site.bellpull.program.ending(within: .seconds(5)) == .exited(0))
        #expect(!group.isAlive)
        #expect(try site.visit().body == "second")
    }

    @Test func `ends a hanging git, and deploys after the next start`() throws {
        let site = try ServedSite(["--drain", "1s"], remote: .ssh)
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        let before = try site.clone.state
        try site.ssh.hang()
        let request = try site.send(delivery)
        let group = try site.ssh.group()
        #expect(group.isAlive)
        let second = try site.send(delivery)
        _ = try site.post(GitHubDelivery(event: "ping", body: "{}"))

        site.bellpull.program.signal(SIGTERM)

        for reply in [try request.reply(), try second.reply()] {
            #expect(reply.status == 202)
            #expect(reply["Bellpull-Outcome"] == "queued")
            #expect(reply["Bellpull-Reason"]?.hasPrefix("the delivery is recorded; bellpull is stopping") == true)
        }
        #expect(site.bellpull.program.ending(within: .seconds(5)) == .exited(0))
        #expect(!group.isAlive)
        #expect(try site.clone.state == before)

        try site.ssh.goOn()
        let next = try Responder(
            ["--socket", site.socket], environment: Responder.environment(of: site.clone, in: site.folder),
            logFile: site.folder("next.log"))
        #expect(next.says("updated to "))
        #expect(try site.visit().body == "second")
        #expect(try site.post(delivery)["Bellpull-Outcome"] == "duplicate")
    }

    /// Catch-up is not part of the deployments that Bellpull waits for.
    @Test func `leaves no git behind that asks a silent remote`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], main: "", started: false)
        let ssh = try FakeSSH(in: server.folder)
        defer { try? ssh.goOn() }
        try server.site("blog").git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: server.site("blog"))
        try ssh.hang()
        try server.start()
        let group = try ssh.group()
        #expect(group.isAlive)

        try server.bellpull.program.signal(SIGTERM)

        #expect(try server.bellpull.program.ending(within: .seconds(8)) == .exited(0))
        #expect(!group.isAlive)
    }
}
