import Foundation
import TestSupport
import Testing

extension `a site behind another web server` {
    /// Another spelling of the path of a hook.
    private struct Spelling {
        let target: String
        /// Whether the hook is the shop's own.
        var isShop = false
        let status: Int
        /// The status behind servers that compare paths otherwise.
        var except: [Neighbour: Int] = [:]
    }

    private static let apache: [Neighbour: Int] = [.apache: 404, .apacheCGI: 404]

    private static let spellings = [
        Spelling(target: "/github/", status: 200),
        Spelling(target: "/github?x=y", status: 200),
        Spelling(target: "/x/../github", status: 200),
        Spelling(target: "/%67ithub", status: 200),
        Spelling(target: "/github/../x", status: 404),
        // h2o does not join slashes.
        Spelling(target: "//github", status: 200, except: [.h2o: 404]),
        Spelling(target: "/github/%2e%2e/github", status: 200, except: [.caddy: 404]),
        Spelling(target: "/github/sh%6fp", isShop: true, status: 200),
        Spelling(target: "/github/shop?x", isShop: true, status: 200),
        Spelling(target: "/github%2Fshop", isShop: true, status: 200, except: apache),
        Spelling(target: "/github/shop/", isShop: true, status: 404),
        Spelling(target: "/github/SHOP", isShop: true, status: 404),
        Spelling(target: "/github/shop%20", isShop: true, status: 404),
        // lighttpd refuses control characters in a path.
        Spelling(target: "/github/shop%0Ax", isShop: true, status: 404, except: [.lighttpd: 400, .lighttpdCGI: 400]),
        Spelling(target: "/github%0A/shop", isShop: true, status: 404, except: [.lighttpd: 400, .lighttpdCGI: 400]),
    ]

    @Test(arguments: Neighbour.installed) func `finds hooks at escaped paths`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "11 escaped paths") { site in
            let ping = try GitHubDelivery(event: "ping", body: "{}")
            let shopPing = try GitHubDelivery(event: "ping", body: "{}", secret: NeighbourSite.shopSecret)
            var others: [String] = []
            for spelling in Self.spellings {
                let reply = try site.post(spelling.isShop ? shopPing : ping, to: spelling.target)
                let status = spelling.except[neighbour] ?? spelling.status
                // The two hooks have other secrets, so a status of 200 is the answer of the right hook.
                #expect(reply.status == status, "\(spelling.target): \(reply.summary)")
                #expect(reply["Bellpull-Outcome"] == "ping" || status != 200, "\(spelling.target)")
                if status != spelling.status { others.append("`\(spelling.target)` \(status)") }
            }
            return others.isEmpty ? "as nginx" : "as nginx, but \(others.joined(separator: ", "))"
        }
    }

    @Test(arguments: Neighbour.installed) func `logs each delivery`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "12 access log") { site in
            let log = NeighbourLog(neighbour: neighbour, path: site.server.place.log)
            let commit = try site.forge.push("logged")
            let push = try GitHubDelivery.push(of: commit)
            #expect(try site.post(push).status == 200)
            let entry = try log.entry(of: push["X-GitHub-Delivery"])
            #expect(entry.status == 200)
            #expect(entry.outcome == "deployed")
            #expect(entry.site == "blog")
            #expect(entry.commit == commit)
            #expect(entry.event == "push")
            #expect(entry.path == "/github")
            return "JSON"
        }
    }

    @Test(arguments: Neighbour.installed) func `logs no secret, and no line that is not JSON`(neighbour: Neighbour)
        throws
    {
        try NeighbourSites.with(neighbour, "13 log: no token, always JSON") { site in
            let token = "a-token-of-GitLab"
            let gitlab = [
                ("Content-Type", "application/json"), ("X-Gitlab-Event", "Push Hook"), ("X-Gitlab-Token", token),
                ("User-Agent", "\"\\\u{e9}"),
            ]
            let targets = [
                "/github?token=\(token)", "/github/shop?\(token)", "/github/%22%5C%7F%C3%A9", "/github/\"\\",
                "/github/%FF",
                "/github/%0D%0A%00",
            ]
            let log = NeighbourLog(neighbour: neighbour, path: site.server.place.log)
            let before = try log.entries.count
            for target in targets {
                let body = Data("{}".utf8)
                #expect(
                    try site.send(RawHTTP.request("POST", target, headers: gitlab, body: body)).reply().status >= 400)
            }
            let ping = try GitHubDelivery(event: "ping", body: "{}")
            #expect(try site.post(ping).status == 200)
            _ = try log.entry(of: ping["X-GitHub-Delivery"])
            #expect(try log.entries.count > before + 3)
            #expect(try !text(of: log.path).contains(token))
            return "yes"
        }
    }

    /// A `Proxy:` header becomes HTTP_PROXY, which many programs take for the proxy of the administrator (httpoxy).
    @Test(arguments: Neighbour.installed) func `keeps a Proxy header from git`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "18 Proxy header") { site in
            let delivery = try GitHubDelivery.push(of: try site.forge.push("by proxy"))
            let reply = try site.post(delivery.adding("Proxy", "http://evil.example:8080"))
            #expect(reply["Bellpull-Outcome"] == "deployed")
            let environment = try site.ssh.environment
            #expect(environment.contains("PATH="))
            #expect(!environment.contains("evil.example"))
            return "blanked"
        }
    }
}
