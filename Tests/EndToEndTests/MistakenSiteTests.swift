import Foundation
import TestSupport
import Testing

@Suite struct `a server with a mistake in the file of a site` {
    /// A server with the good site `blog`, and the site `shop`, whose file has a mistake and names a secret.
    private func server(main: String = "catch_up = \"0\"\n") throws -> ConfiguredServer {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], main: main, started: false)
        try write("the shop's own secret, and a long one", to: server.folder("etc/shop.secret"))
        _ = try server.forge.clone(to: server.folder("sites/shop"))
        try server.configure(site: "shop", "brunch = \"main\"\nsecret_file = \"\(server.folder("etc/shop.secret"))\"")
        return server
    }

    private func right(_ server: ConfiguredServer) throws {
        try server.configure(site: "shop", "branch = \"main\"\nsecret_file = \"\(server.folder("etc/shop.secret"))\"")
    }

    private func delivery(of commit: String) throws -> GitHubDelivery {
        try GitHubDelivery(
            event: "push", body: GitHubDelivery.payload(of: commit), secret: "the shop's own secret, and a long one")
    }

    @Test func `starts and deploys the other sites, and logs the mistake once`() throws {
        let server = try server()
        try server.start()
        let log = try server.bellpull.log
        let mistake = "error \(server.folder("etc/sites/shop.toml")):3: unknown key brunch"
        #expect(log.split(separator: "\n").count { $0.hasSuffix(mistake) } == 1)
        #expect(log.contains("serving sites=1"))
        let commit = try server.forge.push("second")
        #expect(try server.post(.push(of: commit))["Bellpull-Site"] == "blog")
        #expect(try server.site("blog").head == commit)
        #expect(try server.site("shop").head != commit)
        #expect(try server.bellpull.log.split(separator: "\n").count { $0.hasSuffix(mistake) } == 1)
    }

    @Test func `answers 503 at the site's own hook until the file is right`() throws {
        let server = try server()
        try server.start()
        let commit = try server.forge.push("second")
        for _ in 1...2 {
            let reply = try server.post(delivery(of: commit), to: "/github/shop")
            #expect(reply.status == 503)
            #expect(reply["Retry-After"] == "60")
            #expect(reply["Bellpull-Outcome"] == "misconfigured" && reply["Bellpull-Site"] == "shop")
            #expect(reply.body == #"{"error":"this hook is out of order"}"#)
        }
        #expect(try RawHTTP(port: server.web.port, RawHTTP.request("GET", "/github/shop")).reply().status == 405)
        #expect(try server.post(delivery(of: commit), to: "/github/other").status == 404)

        try right(server)
        #expect(try server.command("reload").ending == .exited(0))
        #expect(try server.post(delivery(of: commit), to: "/github/shop").status == 200)
        #expect(try server.site("shop").head == commit)
    }

    @Test func `deploys what was pushed meanwhile once the file is right`() throws {
        let server = try server(main: "catch_up = \"15m\"\n")
        try server.start()
        let commit = try server.forge.push("second")
        #expect(try server.post(delivery(of: commit), to: "/github/shop").status == 503)
        try right(server)
        #expect(try server.command("reload").ending == .exited(0))
        #expect(try Observation.eventually { try server.site("shop").head == commit })
    }

    @Test func `goes on with the old settings of a site after a reload`() throws {
        let server = try server()
        try right(server)
        try server.start()
        try server.configure(site: "shop", "brunch = \"main\"")
        #expect(try server.command("reload").ending == .exited(1))
        let commit = try server.forge.push("second")
        #expect(try server.post(delivery(of: commit), to: "/github/shop").status == 200)
        #expect(try server.site("shop").head == commit)
        #expect(try server.bellpull.log.contains("error site=shop keeps its earlier settings"))
    }

    @Test func `lets commands work for the other sites`() throws {
        let server = try server()
        try server.forge.push("second")
        let status = try server.command("status")
        #expect(status.ending == .exited(0))
        #expect(status.output.contains("blog") && !status.output.contains("shop"))
        #expect(status.errors.hasPrefix("bellpull: warning: \(server.folder("etc/sites/shop.toml")):3: unknown key"))
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        let shop = try server.command("deploy", "shop")
        #expect(shop.ending == .exited(78))
        #expect(shop.errors.hasPrefix("bellpull: error: \(server.folder("etc/sites/shop.toml")):3: unknown key brunch"))
        let check = try server.command("check", "--json")
        #expect(check.ending == .exited(1))
        #expect(check.output.contains("unknown key brunch"))
    }

    @Test func `starts without any usable site`() throws {
        let server = try ConfiguredServer(["blog": "brunch = \"main\""])
        #expect(try server.bellpull.log.contains("serving sites=0"))
        try server.configure(site: "blog", "branch = \"main\"")
        #expect(try server.command("reload").ending == .exited(0))
        let commit = try server.forge.push("second")
        #expect(try server.post(.push(of: commit)).status == 200)
    }

    @Test func `goes on with the older of two sites in conflict, also after a restart`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let path = server.site("blog").path
        try write("path = \"\(path)\"\nrepository = \"alice/blog\"", to: server.folder("etc/sites/aaa.toml"))
        let result = try server.command("reload")
        #expect(result.ending == .exited(1))
        let names = ["aaa", "blog"].map { server.folder("etc/sites/\($0).toml") }
        #expect(names.allSatisfy { result.errors.contains($0) })
        #expect(result.errors.contains("error: aaa cannot be deployed; everything else was reloaded"))
        #expect(try server.post(.push(of: try server.forge.push("second")))["Bellpull-Site"] == "blog")

        try server.killBellpull()
        try server.start()
        let commit = try server.forge.push("third")
        #expect(try server.post(.push(of: commit))["Bellpull-Site"] == "blog")
        #expect(try server.site("blog").head == commit)
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        #expect(try server.command("deploy", "aaa").ending == .exited(78))
    }
}
