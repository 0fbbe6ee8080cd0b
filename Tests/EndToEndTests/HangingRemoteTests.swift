import Foundation
import TestSupport
import Testing

@Suite struct `a site whose git hangs` {
    let site: ServedSite
    let delivery: GitHubDelivery

    init() throws {
        site = try ServedSite(["--timeout", "3s", "--answer-within", "500ms"], remote: .ssh)
        delivery = try .push(of: try site.forge.push("second"))
        try site.ssh.hang()
    }

    @Test func `is queued in time for the forge, and deployed in the end`() throws {
        let start = ContinuousClock.now
        let reply = try site.post(delivery)
        let duration = start.duration(to: .now)

        #expect(reply.status == 202)
        #expect(reply.body == "{}")
        #expect(reply["Bellpull-Outcome"] == "queued")
        #expect((.milliseconds(500)...(.milliseconds(1500))).contains(duration))
        #expect(try site.web.log.entries(1).first?.outcome == "queued")
        #expect(try site.visit().body == "first")

        try site.ssh.goOn()
        #expect(site.bellpull.says("updated to "))
        #expect(try site.visit().body == "second")
    }

    @Test func `waits by a clock that nobody can set`() throws {
        let request = try site.send(delivery)
        _ = try site.ssh.group()
        let waits = try FutexWait.timed(in: site.bellpull.program.pid)
        #expect(!waits.isEmpty)
        #expect(waits.allSatisfy { !$0.followsWallClock })
        #expect(try request.reply().status == 202)
    }

    @Test func `is deployed and logged even if the forge hangs up`() throws {
        let forge = try PeerSocket(port: site.web.port)
        forge.send(RawHTTP.request(headers: delivery.headers, body: delivery.body))
        _ = try site.ssh.group()
        forge.hangUp()

        try site.ssh.goOn()

        #expect(site.bellpull.says("updated to "))
        let entry = try #require(try site.web.log.entries(1).first)
        #expect(["deployed", "queued"].contains(entry.outcome))
        #expect(try site.visit().body == "second")
    }

    @Test func `does not delay other requests`() throws {
        _ = try site.send(delivery)
        _ = try site.ssh.group()
        let start = ContinuousClock.now

        #expect(try site.visit().body == "first")
        #expect(try site.post(GitHubDelivery(event: "ping", body: "{}"))["Bellpull-Outcome"] == "ping")
        #expect(try site.post(delivery.with("X-Hub-Signature-256", "sha256=00")).status == 401)
        #expect(start.duration(to: .now) < .milliseconds(1500))
        #expect(site.bellpull.deployments.isEmpty)
    }

    @Test func `loses that git after the time-out, and is deployed by the next delivery`() throws {
        let before = try site.clone.state
        #expect(try site.post(delivery).status == 202)
        let group = try site.ssh.group()
        #expect(group.isAlive)

        #expect(site.bellpull.says("did not finish within the time-out"))
        #expect(!group.isAlive)
        #expect(try site.clone.state == before)

        try site.ssh.goOn()
        _ = try site.post(delivery)
        #expect(site.bellpull.says("updated to "))
        #expect(try site.visit().body == "second")
    }
}
