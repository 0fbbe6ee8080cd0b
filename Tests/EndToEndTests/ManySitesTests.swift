import Foundation
import TestSupport
import Testing

@Suite struct `a server with several sites` {
    private func outcome(_ reply: Reply) -> String { "\(reply.status) \(reply["Bellpull-Outcome"] ?? "")" }

    @Test func `deploys staging and production from their branches through one hook`() throws {
        let server = try ConfiguredServer(
            ["production": "branch = \"main\"", "staging": "branch = \"next\""], started: false)
        try server.forge.push("a", branch: "next")
        try server.site("staging").git("fetch", "--quiet")
        try server.site("staging").git("checkout", "--quiet", "--track", "origin/next")
        try server.start()

        let next = try server.forge.push("b", branch: "next")
        let reply = try server.post(.push(of: next, ref: "refs/heads/next"))

        #expect(outcome(reply) == "200 deployed")
        #expect(reply["Bellpull-Site"] == "staging")
        #expect(try server.site("staging").head == next)
        #expect(try server.site("production").head != next)
        let other = try server.post(.push(of: next, ref: "refs/heads/other"))
        #expect(outcome(other) == "200 ignored")
    }

    @Test func `deploys a push to every site that follows its branch`() throws {
        let server = try ConfiguredServer(["one": "branch = \"main\"", "two": "branch = \"main\""])
        let commit = try server.forge.push("second")

        let reply = try server.post(.push(of: commit))

        #expect(outcome(reply) == "200 deployed")
        #expect(reply["Bellpull-Site"] == "one,two")
        #expect(reply["Bellpull-Commit"] == commit)
        for site in ["one", "two"] { #expect(try server.site(site).head == commit) }
    }

    @Test func `deploys a site in its usual time while another hangs and a third fails`() throws {
        let server = try ConfiguredServer(
            ["hung": "branch = \"main\"", "broken": "branch = \"main\"", "fine": "branch = \"main\""],
            main: "catch_up = \"0\"\nanswer_within = \"1s\"\nparallel_deployments = 2\n")
        let ssh = try FakeSSH(in: server.folder)
        defer { try? ssh.goOn() }
        try server.site("hung").git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: server.site("hung"))
        try ssh.hang()
        try server.site("broken").write("edited on the server", to: "index.html")
        let commit = try server.forge.push("second")

        let start = ContinuousClock.now
        let reply = try server.post(.push(of: commit))

        #expect(start.duration(to: .now) < .seconds(3))
        #expect(reply.status == 500)
        #expect(reply["Bellpull-Reason"]?.hasPrefix("broken: ") == true)
        #expect(try server.site("fine").head == commit)
        let took = try server.ledger("SELECT duration FROM deployment WHERE site = 'fine' AND state = 'deployed'")
        #expect(took.compactMap { Int($0) }.first.map { $0 < 3000 } == true)
        #expect(try ssh.group().isAlive)
        #expect(try server.site("hung").head != commit)
        try ssh.goOn()
        #expect(try Observation.eventually { try server.site("hung").head == commit })
    }

    @Test func `has a separate hook and secret for a site`() throws {
        let server = try ConfiguredServer(["shared": "branch = \"main\""], started: false)
        let own = "the site's own secret, and a long one"
        try write(own, to: server.folder("etc/own.secret"))
        _ = try server.forge.clone(to: server.folder("sites/own"))
        try server.configure(site: "own", "branch = \"main\"\nsecret_file = \"\(server.folder("etc/own.secret"))\"")
        try server.start()
        let commit = try server.forge.push("second")
        let body = try GitHubDelivery.payload(of: commit)

        #expect(
            outcome(try server.post(GitHubDelivery(event: "push", body: body), to: "/github/own")) == "401 rejected")
        #expect(outcome(try server.post(GitHubDelivery(event: "push", body: body, secret: own))) == "401 rejected")
        #expect(try server.post(.push(of: commit), to: "/github/shared").status == 404)
        let asked = try RawHTTP(port: server.web.port, RawHTTP.request("GET", "/github/own")).reply()
        #expect(asked.status == 405 && asked["Allow"] == "POST")
        for target in ["/github/own/", "/github/own/x", "/github/OWN", "/github/own%0a", "/github/own/../x"] {
            #expect(try server.post(GitHubDelivery(event: "push", body: body, secret: own), to: target).status == 404)
        }
        #expect(try server.post(.push(of: commit))["Bellpull-Site"] == "shared")
        #expect(try server.site("own").head != commit)
        let reply = try server.post(GitHubDelivery(event: "push", body: body, secret: own), to: "/github/own")
        #expect(outcome(reply) == "200 deployed")
        #expect(try server.site("own").head == commit)
    }

    @Test func `accepts the old secret beside the new secret until the file drops the old`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let new = "the next secret, which is long as well"
        func ping(_ secret: String) throws -> Int {
            try server.post(GitHubDelivery(event: "ping", body: "{}", secret: secret)).status
        }
        try write("\(new)\n\(GitHubDelivery.secret)\n", to: server.folder("etc/secret"))
        try server.bellpull.program.signal(SIGHUP)
        #expect(try Observation.eventually { try ping(new) == 200 })
        #expect(try ping(GitHubDelivery.secret) == 200)
        try write("\(new)\n", to: server.folder("etc/secret"))
        try server.bellpull.program.signal(SIGHUP)
        #expect(try Observation.eventually { try ping(GitHubDelivery.secret) == 401 })
        #expect(try ping(new) == 200)
    }

    @Test func `adds a site without a restart, and keeps its sites while a file is wrong`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        _ = try server.forge.clone(to: server.folder("sites/copy"))
        try server.configure(site: "copy", "brunch = \"main\"")
        try server.bellpull.program.signal(SIGHUP)
        #expect(try server.bellpull.says("reloaded; sites=1"))
        #expect(try server.bellpull.log.contains("sites/copy.toml:3: unknown key brunch"))
        #expect(try server.post(.push(of: try server.forge.push("second")))["Bellpull-Site"] == "blog")

        try server.configure(site: "copy", "branch = \"main\"")
        try server.bellpull.program.signal(SIGHUP)
        #expect(try server.bellpull.says("reloaded; sites=2"))
        let commit = try server.forge.push("third")
        #expect(try server.post(.push(of: commit))["Bellpull-Site"] == "blog,copy")
        #expect(try server.site("copy").head == commit)
    }

    @Test func `ignores deliveries from another forge than the site names`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"\nforge = \"gitea\""])
        let commit = try server.forge.push("second")
        let delivery = try GitHubDelivery.push(of: commit)
        let reply = try server.post(delivery)
        #expect(outcome(reply) == "200 ignored")
        #expect(reply["Bellpull-Reason"] == "blog does not accept deliveries of github")
        let digest = delivery["X-Hub-Signature-256"].dropFirst("sha256=".count)
        let fromGitea = delivery.adding("X-Gitea-Event", "push").adding("X-Gitea-Delivery", UUID().uuidString)
            .adding("X-Gitea-Signature", String(digest))
        #expect(outcome(try server.post(fromGitea)) == "200 deployed")
    }

    @Test func `deploys the highest version among its tags, whichever comes last`() throws {
        let server = try ConfiguredServer(["live": "tag = \"v*\""])
        var commits: [String: String] = [:]
        for version in ["v1.9", "v1.10", "v1.8.1"] {
            commits[version] = try server.forge.push(version)
            try server.forge.author.git("tag", "--annotate", "--message", version, version)
            try server.forge.author.git("push", "--quiet", "origin", version)
            let reply = try server.post(.push(of: commits[version] ?? "", ref: "refs/tags/\(version)"))
            #expect(reply.status == 200)
        }
        #expect(try server.site("live").head == commits["v1.10"])
        #expect(try text(of: server.folder("sites/live/index.html")) == "v1.10")
    }
}
