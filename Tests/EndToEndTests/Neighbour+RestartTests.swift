import Foundation
import TestSupport
import Testing

extension `a site behind another web server` {
    @Test(arguments: Neighbour.installed) func `answers a hundred deliveries at once`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "14 100 at once", alone: true) { site in
            let commit = try site.forge.push("hundred")
            let delivery = try GitHubDelivery.push(of: commit)
            let start = ContinuousClock.now
            let requests = try (1...100).map { try site.send(delivery.with("X-GitHub-Delivery", "hundred-\($0)")) }
            let replies = try requests.map { try $0.reply(within: .seconds(60)) }
            let time = start.duration(to: .now)
            #expect(replies.allSatisfy { [200, 202].contains($0.status) && $0["Bellpull-Outcome"] != "failed" })
            #expect(try site.isDeployed(commit))
            let counts = Dictionary(grouping: replies, by: \.status).mapValues(\.count).sorted { $0.key < $1.key }
            return counts.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
                + String(format: ", %.1f s", Double(time / .milliseconds(1)) / 1000)
        }
    }

    @Test(arguments: Neighbour.installed) func `passes 202 on while the deployment continues`(neighbour: Neighbour)
        throws
    {
        try NeighbourSites.with(neighbour, "15 202") { site in
            let commit = try site.forge.push("slow")
            try site.ssh.hang()
            defer { try? site.ssh.goOn() }
            let start = ContinuousClock.now
            let reply = try site.post(.push(of: commit))
            let time = start.duration(to: .now)
            #expect(reply.status == 202)
            #expect(reply["Bellpull-Outcome"] == "queued")
            // answer_within is 4 s, and GitHub gives up after 10 s.
            #expect(time < .seconds(8))
            #expect(try site.clone.head != commit)
            try site.ssh.goOn()
            #expect(try site.isDeployed(commit))
            return "\(reply.summary), not held"
        }
    }

    @Test(arguments: Neighbour.installed) func `loses nothing when the server restarts gracefully`(neighbour: Neighbour)
        throws
    {
        try NeighbourSites.with(neighbour, "16a graceful restart in mid-deployment") { site in
            let (commit, request) = try Self.beginDeployment(of: "graceful", at: site)
            try site.server.restartGracefully()
            usleep(300_000)
            try site.ssh.goOn()
            let reply = try request.reply()
            #expect([200, 202].contains(reply.status), "\(reply.text)")
            #expect(try site.isDeployed(commit))
            try Self.deploysTheNext(at: site)
            return "answered, deployed"
        }
    }

    @Test(arguments: Neighbour.installed) func `loses nothing when the server is killed`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "16b kill -9 in mid-deployment") { site in
            let (commit, request) = try Self.beginDeployment(of: "killed", at: site)
            site.server.kill()
            try site.server.start()
            try site.ssh.goOn()
            #expect(throws: Trouble.self) { try request.reply() }
            #expect(try site.isDeployed(commit))
            try Self.deploysTheNext(at: site)
            return "deployed"
        }
    }

    @Test(arguments: Neighbour.overFastCGI) func `tells that Bellpull is down`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "19 Bellpull down, and back") { site in
            let ping = try GitHubDelivery(event: "ping", body: "{}")
            site.stopBellpull()
            let replies = try (1...3).map { _ in try site.post(ping) }
            #expect(replies.allSatisfy { $0.status == (neighbour == .caddy ? 502 : 503) })
            #expect(replies.allSatisfy { $0["Bellpull-Outcome"] == nil })
            try site.startBellpull()
            // A server that had given Bellpull up for a minute would fail here.
            var next = try site.post(ping)
            let isBack = try Observation.eventually(within: .seconds(3)) {
                if next.status != 200 { next = try site.post(ping) }
                return next.status == 200
            }
            #expect(isBack)
            return "\(replies[0].status), \(next.status)"
        }
    }

    /// Sends a push whose deployment hangs, and returns its commit and the request without an answer.
    private static func beginDeployment(of text: String, at site: NeighbourSite) throws -> (String, RawHTTP) {
        let commit = try site.forge.push(text)
        let calls = site.ssh.diary.count
        try site.ssh.hang()
        let request = try site.send(.push(of: commit))
        guard Observation.eventually({ site.ssh.diary.count > calls }) else { throw Trouble("git has not called ssh") }
        return (commit, request)
    }

    private static func deploysTheNext(at site: NeighbourSite) throws {
        let next = try site.forge.push("next")
        #expect([200, 202].contains(try site.post(.push(of: next)).status))
        #expect(try site.isDeployed(next))
    }
}
