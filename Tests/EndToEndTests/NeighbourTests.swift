import Foundation
import TestSupport
import Testing

/// The story of a site with nginx, behind other web servers with the files in `examples`.
@Suite(
    .neighbours, .onPlainThreads,
    .enabled(if: geteuid() != 0, "Apache refuses to run as root"))
struct `a site behind another web server` {
    @Test(arguments: Neighbour.installed) func `deploys a signed push`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "01 signed push") { site in
            let commit = try site.forge.push("pushed")
            let delivery = try GitHubDelivery.push(of: commit)
            let reply = try site.post(delivery)
            #expect(reply.status == 200)
            #expect(reply.content == "{}")
            #expect(reply["Content-Type"] == "application/json")
            #expect(reply["Bellpull-Outcome"] == "deployed")
            #expect(reply["Bellpull-Site"] == "blog")
            #expect(reply["Bellpull-Commit"] == commit)
            #expect(reply["Bellpull-Event"] == "push")
            #expect(reply["Bellpull-Delivery"] == delivery["X-GitHub-Delivery"])
            #expect(Int(reply["Bellpull-Duration-Ms"] ?? "") != nil)
            #expect(try site.visit().content == "pushed")
            return reply.summary
        }
    }

    @Test(arguments: Neighbour.installed) func `has a hook of its own for a site`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "02 own hook") { site in
            let commit = try site.forge.push("for the shop")
            let reply = try site.post(site.shopPush(of: commit), to: "/github/shop")
            #expect(reply["Bellpull-Outcome"] == "deployed")
            #expect(reply["Bellpull-Site"] == "shop")
            #expect(try site.shop.head == commit)
            #expect(try site.post(.push(of: commit), to: "/github/shop").status == 401)
            #expect(try site.post(.push(of: commit), to: "/github/blog").status == 404)
            return reply.summary
        }
    }

    @Test(arguments: Neighbour.installed) func `rejects wrong and missing signatures`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "03 wrong, no signature") { site in
            let delivery = try GitHubDelivery.push(of: try site.forge.push("unsigned"))
            let unsigned = delivery.with("X-Hub-Signature", nil).with("X-Hub-Signature-256", nil)
            let forged = try GitHubDelivery(event: "push", body: delivery.body, secret: "a guess of twenty bytes")
            let before = try site.clone.state
            let replies = try [unsigned, forged].map { try site.post($0) }
            for reply in replies {
                #expect(reply.status == 401)
                #expect(reply.content == #"{"error":"the signature is missing or wrong"}"#)
                #expect(reply["Bellpull-Outcome"] == "rejected")
            }
            #expect(try site.clone.state == before)
            #expect(Observation.eventually { site.log.contains("remote=127.0.0.1") })
            return replies.map { "\($0.status)" }.joined(separator: ", ")
        }
    }

    @Test(arguments: Neighbour.installed) func `passes each signature on`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "04 one signature header") { site in
            let delivery = try GitHubDelivery(event: "ping", body: "{}")
            let replies = try ["X-Hub-Signature", "X-Hub-Signature-256"].map { try site.post(delivery.with($0, nil)) }
            #expect(replies.map { $0["Bellpull-Outcome"] } == ["ping", "ping"])
            #expect(replies.allSatisfy { $0["Bellpull-Delivery"] == delivery["X-GitHub-Delivery"] })
            return replies.map(\.summary).joined(separator: ", ")
        }
    }

    /// Caddy writes its own JSON.
    @Test(arguments: Neighbour.installed.filter { $0 != .caddy })
    func `writes a log that an audit can read`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "18 bellpull audit") { site in
            func lines() throws -> [Substring] { try text(of: site.server.place.log).split(separator: "\n") }
            let delivery = try GitHubDelivery.push(of: try site.forge.push("audited"))
            let id = delivery["X-GitHub-Delivery"]
            #expect(try site.post(delivery)["Bellpull-Outcome"] == "deployed")
            _ = try site.post(try GitHubDelivery(event: "push", body: delivery.body, secret: "a guess of twenty bytes"))
            // lighttpd writes some seconds later. Lines of the present second are not compared.
            _ = try Observation.eventually(within: .seconds(20)) { try lines().contains { $0.contains(id) } }
            usleep(2_500_000)
            // Other tests may have asked the same server meanwhile.
            let log = try lines().filter { $0.contains(id) } + lines().filter { $0.contains("\"rejected\"") }.suffix(1)
            try write(log.suffix(2).map { "\($0)\n" }.joined(), to: site.folder("audited.log"))
            var environment = Repository.environment(home: site.folder.path)
            environment["BELLPULL_CONFIG"] = site.folder("bellpull.toml")
            environment["STATE_DIRECTORY"] = site.folder("state")
            let result = try Program.run(
                [try BuiltProgram.path, "audit", site.folder("audited.log"), "--chain"], environment: environment)
            #expect(result.ending == .exited(0) && !result.output.contains("bad line"), "\(log.suffix(2)) \(result)")
            // lighttpd's times are of the beginning of a request, which may be a second before the ledger's first row.
            #expect(result.output.contains("outcomes: 1 deployed, 1 rejected\n"), "\(result.output)")
            #expect(result.output.contains(" 1 compared with the ledger\n") || result.output.contains(", 1 older than"))
            return "agrees"
        }
    }

    @Test(arguments: Neighbour.installed) func `answers 405 to a visitor of the hook`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "09 GET") { site in
            let replies = try ["/github", "/github/", "/github/shop"].map { try site.visit($0) }
            #expect(replies.allSatisfy { $0.status == 405 && $0["Allow"] == "POST" })
            return "405"
        }
    }

    @Test(arguments: Neighbour.installed) func `keeps pages with a similar path`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "10 /githubx, /github.html") { site in
            for path in ["githubx", "github.html", "github-actions/index.html"] {
                try site.clone.write("a page", to: path)
                #expect(try site.visit("/\(path)").content == "a page")
            }
            // A folder of the site that is called like the hook is not in the way of the hook.
            try site.clone.write("a page", to: "github/shop/index.html")
            #expect(try site.post(GitHubDelivery(event: "ping", body: "{}")).status == 200)
            #expect(try site.visit("/github/shop").status == 405)
            for path in ["githubx", "github.html", "github-actions", "github"] {
                try FileManager.default.removeItem(atPath: "\(site.clone.path)/\(path)")
            }
            return "pages"
        }
    }

    @Test(arguments: Neighbour.installed) func `hides dot files`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "17 .git, .env") { site in
            try site.clone.write("secret", to: ".env")
            try site.clone.write("token", to: ".well-known/acme-challenge/abc")
            defer {
                for path in [".env", ".well-known"] {
                    try? FileManager.default.removeItem(atPath: "\(site.clone.path)/\(path)")
                }
            }
            let paths = [
                "/.git/config", "/.git/HEAD", "/.git/", "/.env", "/%2egit/config", "//.git/config", "/x/../.git/config",
                "/.git%2fconfig", "/x/..%2f.git/config", "/%2f.git/config", "/%2F%2Egit/config",
            ]
            for path in paths {
                let reply = try site.visit(path)
                #expect([400, 403, 404].contains(reply.status), "\(path)")
                #expect(!reply.body.contains("secret") && !reply.body.contains("[core]"), "\(path)")
            }
            #expect(try site.visit("/.well-known/acme-challenge/abc").content == "token")
            return "\(try site.visit("/.git/config").status)"
        }
    }
}
