import Foundation
import TestSupport
import Testing

/// Deliveries that came to another hook, and requests of anybody.
@Suite(.onPlainThreads) struct `bellpull why, about the hook of a single site,` {
    private static let secret = "the secret of the shop alone"

    private func server() throws -> ConfiguredServer {
        let server = try ConfiguredServer([:])
        _ = try server.forge.clone(to: server.folder("sites/shop"))
        try write(Self.secret, to: server.folder("etc/shop.secret"))
        chmod(server.folder("etc/shop.secret"), 0o600)
        try server.configure(site: "shop", "branch = \"main\"\nsecret_file = \"\(server.folder("etc/shop.secret"))\"")
        #expect(try server.command("reload").ending == .exited(0))
        return server
    }

    private func command(_ name: String, _ server: ConfiguredServer, _ arguments: [String]) throws -> Program.Result {
        try server.command(
            [name] + arguments + ["--socket", server.folder("bellpull.sock"), "--nginx", server.folder("nginx")])
    }

    private func why(_ server: ConfiguredServer, _ subject: String = "shop") throws -> WhyVerdict {
        try WhyVerdict(command("why", server, [subject, "--json"]))
    }

    private func push(of commit: String, ref: String = "refs/heads/main") throws -> GitHubDelivery {
        try GitHubDelivery(event: "push", body: GitHubDelivery.payload(of: commit, ref: ref), secret: Self.secret)
    }

    @Test func `finds a wrong URL in the hook's log`() throws {
        let server = try server()
        let commit = try server.forge.push("news")
        #expect(try server.post(push(of: commit), to: "/github").status == 401)
        try why(server).expect(
            "elsewhere", "a signed delivery came to /github just now, the hook that sites share",
            remedy: "it ends in /github/shop", isGuess: true)
        #expect(try server.post(push(of: commit), to: "/github/shopp").status == 404)
        try why(server).expect(
            "elsewhere", "a signed delivery came to /github/shopp just now, where no hook is",
            remedy: "it ends in /github/shop", isGuess: true)
        // With the shared secret, Bellpull knows that the delivery was for the site.
        #expect(try server.post(.push(of: commit), to: "/github").status == 200)
        try why(server).expect(
            "elsewhere", "a delivery for the site came to /github just now", remedy: "it ends in /github/shop")
        #expect(try server.post(push(of: commit), to: "/github/shop").status == 200)
        try why(server).expect("live", remedy: nil)
    }

    @Test func `takes a header for a guess, and tells of the verified delivery before`() throws {
        let server = try server()
        let commit = try server.forge.push("news")
        let dev = "refs/heads/dev is not followed; the site follows main"
        #expect(try server.post(push(of: commit, ref: "refs/heads/dev"), to: "/github/shop").status == 200)
        try why(server).expect("not accepted", dev, remedy: "push there")
        let anybody = GitHubDelivery(headers: [("X-Gitlab-Token", "x")], body: Data("x".utf8))
        #expect(try server.post(anybody, to: "/github/shop").status == 401)
        try why(server).expect("wrong secret", "was ignored: \(dev)", remedy: "deliver shop", isGuess: true)
        #expect(try server.post(push(of: commit, ref: "refs/heads/dev"), to: "/github/shop").status == 200)
        try why(server).expect("not accepted", dev, remedy: "push there")
    }

    @Test func `sends people to the forge's page of a malformed delivery`() throws {
        let server = try server()
        let delivery = try GitHubDelivery(event: "push", body: "{}", secret: Self.secret)
        #expect(try server.post(delivery, to: "/github/shop").status == 400)
        let id = try #require(try server.web.log.entries(1).last?.delivery)
        try why(server, id).expect("not accepted", "was malformed: ", remedy: "the forge's page of the delivery")
    }

    @Test func `is not asked to reload by bellpull deliver at another site's hook`() throws {
        let server = try server()
        _ = try server.forge.clone(to: server.folder("sites/blog"))
        try server.configure(site: "blog", "branch = \"main\"")
        #expect(try server.command("reload").ending == .exited(0))
        let address = "http://127.0.0.1:\(server.web.port)/github"
        let other = try command("deliver", server, ["blog", "--to", "\(address)/shop"])
        #expect(other.errors.contains("\(address)/shop is the hook of shop, which has another secret"), "\(other)")
        #expect(!other.errors.contains("reload") && other.ending == .exited(1))
        let shared = try command("deliver", server, ["shop", "--to", address])
        #expect(shared.errors.contains("is the hook of the sites without a secret of their own"), "\(shared)")
    }
}
