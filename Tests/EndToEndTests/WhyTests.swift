import Foundation
import TestSupport
import Testing

/// Each cause is staged with a real nginx, a real remote and signed deliveries.
@Suite(.onPlainThreads) struct `bellpull why` {
    @Test func `says that the newest commit is live, since when, and who asked`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        try #require(try site.post(.push(of: commit)).status == 200)
        try site.expectWhy("live", "\(commit.prefix(6)) since 20", remedy: nil)
        let text = try site.why(["blog"])
        #expect(text.output.hasPrefix("blog: live: \(commit.prefix(6)) since "), "\(text)")
        #expect(text.output.contains("; asked for by a delivery"))
        try site.expectWhy("live", "asked for by a delivery", remedy: nil, asking: [String(commit.prefix(8))])
        let entry = try #require(try site.web.log.entries(1).last)
        try site.expectWhy("live", "the delivery came", remedy: nil, asking: [entry.delivery])
        // The log may be gone, and the ledger is still there.
        try write("", to: site.web.log.path)
        try site.expectWhy(
            "live", "the delivery asked for deployment 1, deployed; ", remedy: nil, asking: [entry.delivery])
    }

    @Test func `says that no delivery has arrived`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        try site.expectWhy(
            "never arrived", "no delivery of \(commit.prefix(6)) has arrived", remedy: "bellpull check blog")
        try site.expectWhy(
            "unknown", "no delivery has announced a commit 1234567", remedy: "is it pushed", asking: ["1234567"])
        try site.expectWhy(
            "unknown", "has no delivery 72d3162e-cc78", remedy: "the id is the one", asking: ["72d3162e-cc78"])
        try site.expectWhy(
            "unknown", "no delivery has announced a commit 2ec2", remedy: "is it pushed", asking: ["2ec2"])
        try site.expectWhy("unknown", "has no delivery blogs", remedy: "did you mean the site blog?", asking: ["blogs"])
    }

    @Test func `finds a delivery that came to another place`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        try #require(try site.post(.push(of: commit), to: "/webhook").status >= 400)
        try site.expectWhy(
            "elsewhere", "a delivery of GitHub came to /webhook", remedy: "correct the URL", isGuess: true)
    }

    @Test func `finds a body that is too large for nginx, and one that is too large for Bellpull`() throws {
        let site = try ServedSite(changes: [("client_max_body_size 25m;", "client_max_body_size 1m;")])
        _ = try site.forge.push("news")
        try #require(try site.post(GitHubDelivery(event: "push", body: Data(count: 2 << 20))).status == 413)
        try site.expectWhy(
            "refused by the web server", "larger than nginx takes (413)", remedy: "client_max_body_size 25m;",
            isGuess: true)
        let shipped = try ServedSite()
        _ = try shipped.forge.push("news")
        try #require(try shipped.post(GitHubDelivery(event: "push", body: Data(count: 26 << 20))).status == 413)
        // A larger limit of nginx would not help.
        try shipped.expectWhy(
            "refused by the web server", "larger than 25 MB, the most that bellpull takes (413)",
            remedy: "bellpull deploy blog deploys the commit", isGuess: true)
    }

    @Test func `finds a limit of nginx`() throws {
        let site = try ServedSite(changes: [
            (
                "#limit_req_zone $binary_remote_addr zone=bellpull:1m rate=10r/s;",
                "limit_req_zone $binary_remote_addr zone=bellpull:1m rate=1r/m;"
            ),
            ("#limit_req zone=bellpull burst=1000 nodelay;", "limit_req zone=bellpull;"),
        ])
        _ = try site.post(try GitHubDelivery(event: "ping", body: "{}"))
        let commit = try site.forge.push("news")
        try #require(try site.post(.push(of: commit)).status == 503)
        try site.expectWhy(
            "refused by the web server", "with 503, as limit_req and limit_conn do", remedy: "limit_(req|conn)",
            isGuess: true)
    }

    @Test func `finds that Bellpull did not answer in time`() throws {
        let site = try ServedSite(
            changes: [("fastcgi_read_timeout        30s;", "fastcgi_read_timeout 100ms;")])
        let commit = try site.forge.push("news")
        site.bellpull.program.signal(SIGSTOP)
        let reply = try site.post(.push(of: commit))
        site.bellpull.program.signal(SIGCONT)
        try #require(reply.status == 504)
        // Bellpull reads the delivery afterwards, unless nginx has closed the connection.
        let verdict = try WhyVerdict(site.why(["blog", "--json"]))
        guard verdict.cause != "live" else { return }
        verdict.expect(
            "no answer", "did not answer the last delivery in nginx's time", remedy: "fastcgi_read_timeout",
            isGuess: true)
    }

    @Test func `finds that Bellpull was down when the delivery came, and is`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        site.bellpull.program.end()
        try #require(try site.post(.push(of: commit)).status == 502)
        try site.expectWhy(
            "bellpull was down", "bellpull was down when the last delivery came, ",
            remedy: "systemctl start bellpull", isGuess: true)
    }

    @Test func `finds a wrong secret`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        let delivery = try GitHubDelivery(
            event: "push", body: GitHubDelivery.payload(of: commit), secret: "not the secret at all")
        try #require(try site.post(delivery).status == 401)
        try site.expectWhy(
            "wrong secret", "had a wrong secret", remedy: "enter the secret into the forge's form again",
            isGuess: true)
        // A scanner asks, too.
        let scan = RawHTTP.request(
            "POST", "/github", headers: [("Content-Type", "application/json")], body: Data("{}".utf8))
        try #require(try RawHTTP(port: site.web.port, scan).reply().status == 401)
        try #require(try site.visit("/github").status == 405)
        try site.expectWhy(
            "wrong secret", "had a wrong secret", remedy: "enter the secret into the forge's form again",
            isGuess: true)
        // A check of the hook is no wrong secret.
        let again = try site.post(.push(of: commit))
        try #require(again.status == 200)
        try site.expectWhy("live", remedy: nil)
    }

    @Test func `finds another repository, another branch and another event`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        _ = try site.post(.push(of: commit, repository: "alice/bloog"))
        try site.expectWhy(
            "not accepted", "was ignored: no site follows repository alice/bloog", remedy: "compare repository",
            isGuess: true)
        _ = try site.post(.push(of: commit, ref: "refs/heads/dev"))
        try site.expectWhy(
            "not accepted", "refs/heads/dev is not followed; the site follows main", remedy: "push there")
        _ = try site.post(try GitHubDelivery(event: "issues", body: "{}"))
        try site.expectWhy("not accepted", "the event issues is not a push", remedy: "choose push events")
    }

    @Test func `finds local edits`() throws {
        let site = try ServedSite()
        try write("edited here", to: "\(site.clone.path)/index.html")
        let commit = try site.forge.push("news")
        try #require(try site.post(.push(of: commit)).status == 500)
        try site.expectWhy("failed", "the clone has local changes", remedy: "stash")
        let delivery = try #require(try site.web.log.entries(1).last?.delivery)
        try site.expectWhy("failed", "the delivery came", remedy: "git", asking: [delivery])
        // The remedy ends the trouble, and is another one when the edits are gone.
        try site.expectWhy("failed", remedy: "stash && bellpull deploy blog")
        try site.clone.git("stash")
        let verdict = try WhyVerdict(site.why(["blog", "--json"]))
        #expect(verdict.remedy?.hasPrefix("bellpull deploy blog") == true, "\(verdict)")
        // A later push brings the commit, too, and the log and the ledger tell the same.
        try #require(try site.post(.push(of: site.forge.push("more"))).status == 200)
        try site.expectWhy("live", "; \(commit.prefix(6)), as part of ", remedy: nil, asking: [delivery])
        try write("", to: site.web.log.path)
        try site.expectWhy(
            "live", "deployment 1, failed; \(commit.prefix(6)), as part of ", remedy: nil, asking: [delivery])
    }

    @Test func `finds a pin, and who pinned why`() throws {
        let site = try ServedSite()
        let old = try site.clone.head
        let commit = try site.forge.push("news")
        try #require(try site.post(.push(of: commit)).status == 200)
        let environment = try Responder.environment(of: site.clone, in: site.folder)
        let rollback = try Program.run(
            [try BuiltProgram.path, "rollback", "blog", old, "--reason", "broken footer"], environment: environment,
            within: .seconds(60))
        try #require(rollback.ending == .exited(0), "\(rollback)")
        #expect(try site.clone.head == old)
        try site.expectWhy("pinned", "broken footer", remedy: "bellpull unpin blog")
    }

    @Test func `finds that the remote is gone`() throws {
        let site = try ServedSite()
        try FileManager.default.moveItem(atPath: site.forge.bare, toPath: "\(site.forge.bare).old")
        try site.expectWhy("remote", "the remote has no such repository", remedy: "git remote set-url")
        // Without asking the remote, the ledger tells nothing of a deployment.
        let offline = try site.why(["blog", "--offline"])
        #expect(offline.ending == .exited(1))
    }

    @Test func `says that the site is live though the remote is gone`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        try #require(try site.post(.push(of: commit)).status == 200)
        try FileManager.default.moveItem(atPath: site.forge.bare, toPath: "\(site.forge.bare).old")
        try site.expectWhy(
            "remote", "the remote cannot be asked: the remote has no such repository",
            remedy: "git remote set-url")
        let text = try site.why(["blog"])
        #expect(text.output.hasPrefix("blog: live, but: \(commit.prefix(6)) since "), "\(text)")
    }

    @Test func `finds that somebody has moved the site`() throws {
        let site = try ServedSite()
        let old = try site.clone.head
        let commit = try site.forge.push("news")
        try #require(try site.post(.push(of: commit)).status == 200)
        try site.clone.git("reset", "--quiet", "--hard", old)
        try site.expectWhy(
            "moved", "\(commit.prefix(6)) was deployed just now, but the site is at \(old.prefix(6)) now",
            remedy: "bellpull deploy blog")
    }

    @Test(arguments: ["combined", "folder", "pipe"]) func `takes no other file for the log`(_ kind: String) throws {
        let site = try ServedSite()
        _ = try site.forge.push("news")
        let file = site.folder("other")
        switch kind {
        case "combined": try write("127.0.0.1 - - [30/Nov/2026:14:40:13 +0000] \"GET / HTTP/1.1\" 200 5\n", to: file)
        case "folder": try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        default: #expect(mkfifo(file, 0o600) == 0)
        }
        try site.expectWhy(
            "never arrived", "is in the ledger, and the log cannot tell: \(file) ", remedy: "--log FILE",
            asking: ["blog", "--log", file], isGuess: true)
    }

    @Test func `knows the hook of a single site`() throws {
        let server = try ConfiguredServer([:])
        _ = try server.forge.clone(to: server.folder("sites/shop"))
        try write("the secret of the shop alone", to: server.folder("etc/shop.secret"))
        chmod(server.folder("etc/shop.secret"), 0o600)
        try server.configure(site: "shop", "branch = \"main\"\nsecret_file = \"\(server.folder("etc/shop.secret"))\"")
        #expect(try server.command("reload").ending == .exited(0))
        let commit = try server.forge.push("news")
        #expect(try server.post(.push(of: commit).unsigned, to: "/github/shop").status == 401)
        let result = try server.command(
            "why", "shop", "--json", "--socket", server.folder("bellpull.sock"), "--nginx", server.folder("nginx"))
        try WhyVerdict(result).expect(
            "wrong secret", "had no signature: a scanner's, or a forge's without the secret", remedy: "deliver shop",
            isGuess: true)
        // A forge's delivery is surely one, whatever scanners ask afterwards.
        #expect(try server.post(.push(of: commit), to: "/github/shop").status == 401)
        #expect(try server.post(.push(of: commit).unsigned, to: "/github/shop").status == 401)
        let signed = try server.command(
            "why", "shop", "--json", "--socket", server.folder("bellpull.sock"), "--nginx", server.folder("nginx"))
        try WhyVerdict(signed).expect("wrong secret", "had a wrong secret", remedy: "deliver shop", isGuess: true)
    }

    @Test func `is fast without the remote`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        try #require(try site.post(.push(of: commit)).status == 200)
        let result = try site.why(["blog", "--offline"])
        #expect(result.ending == .exited(0), "\(result)")
        #expect(result.output.contains("the remote was not asked"))
    }
}
