import Foundation
import TestSupport
import Testing

/// The causes that lie in the deployment of the site.
@Suite(.onPlainThreads) struct `bellpull why, after a delivery that was accepted` {
    private func why(_ server: ConfiguredServer, _ subject: String = "blog") throws -> WhyVerdict {
        let places = ["--socket", server.folder("bellpull.sock"), "--nginx", server.folder("nginx")]
        return try WhyVerdict(server.command(["why", subject, "--json"] + places))
    }

    @Test func `finds a push that the remote does not show, and one that it never showed`() throws {
        let server = try ConfiguredServer(
            ["blog": "branch = \"main\""], main: "catch_up = \"0\"\nanswer_within = \"300ms\"\n")
        let before = try server.site("blog").head
        let commit = try server.forge.commit("second")
        #expect(try server.post(.push(of: commit, before: before)).status == 202)
        // Between two tries.
        for subject in ["blog", String(commit.prefix(7))] {
            #expect(try Observation.eventually { try why(server, subject).cause == "waiting" })
            let verdict = try why(server, subject)
            guard verdict.cause == "waiting" else { continue }
            verdict.expect(
                "waiting", "the remote does not show \(commit.prefix(6)) yet, and is asked again at ",
                remedy: "deploy blog")
        }
    }

    @Test func `knows a push that came together with a later one`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let first = try server.forge.push("one")
        let second = try server.forge.push("two")
        #expect(try server.post(.push(of: first)).status == 200)
        try why(server, first).expect(
            "live", "deployment 1 of \(first.prefix(6)) brought \(second.prefix(6)), which came after it", remedy: nil)
    }

    @Test func `finds that a commit is live as part of a newer one`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let first = try server.forge.push("one")
        let second = try server.forge.push("two")
        #expect(try server.post(.push(of: second)).status == 200)
        for subject in [first, String(first.prefix(8))] {
            try why(server, subject).expect(
                "live", "\(first.prefix(6)), as part of \(second.prefix(6)) since ", remedy: nil)
        }
        let third = try server.forge.push("three")
        try why(server, third).expect("never arrived", remedy: "deploy blog")
    }

    @Test func `finds that a commit is live as part of a newer release`() throws {
        let server = try SteppedServer("")
        try server.push("one")
        let second = try server.forge.push("two")
        let third = try server.push("three").commit
        try why(server.server, second).expect(
            "live", "\(second.prefix(6)), as part of \(third.prefix(6)) since ", remedy: nil)
    }

    @Test func `finds what is skipped by its message and by its paths`() throws {
        let server = try ConfiguredServer([
            "blog": "branch = \"main\"\nskip = \"[skip deploy]\"\npaths = [\"site/**\"]"
        ])
        let first = try server.forge.push("one [skip deploy]")
        _ = try server.post(.push(of: first))
        try why(server).expect("skipped", "the push was skipped just now: ", remedy: "bellpull deploy blog deploys it")
        let second = try server.forge.push("two")
        _ = try server.post(.push(of: second))
        try why(server).expect("skipped", "nothing changed in site/**", remedy: "bellpull deploy blog deploys it")
    }

    @Test func `finds settings that are not loaded, and a mistake in the file`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        _ = try server.forge.clone(to: server.folder("sites/shop"))
        try server.configure(site: "shop", "branch = \"main\"")
        _ = try server.forge.push("news")
        try why(server, "shop").expect(
            "configuration", "the running bellpull has not loaded this site", remedy: "bellpull reload")
        try server.configure(site: "blog", "branch = 1")
        try why(server, "blog").expect(
            "configuration", "its file has a mistake, and the service goes on with its earlier settings", remedy: "")
        try server.configure(site: "shop", "branch = 1")
        try why(server, "shop").expect(
            "configuration", "its file has a mistake, so pushes are not deployed: ", remedy: "")
    }

    @Test func `finds a build that runs, waits for its turn, and is cancelled`() throws {
        let server = try SteppedServer("build = '''\(SteppedServer.wait)'''\non_newer = \"cancel\"")
        try server.push("one")
        unlink("\(server.site)/cache/waiting")
        try server.block()
        let commit = try server.forge.push("second")
        let request = try server.server.send(.push(of: commit))
        _ = try server.waiting()
        try why(server.server).expect("running", "deployment 2 is running since ", remedy: "log --follow blog")
        let newer = try server.forge.push("third")
        let next = try server.server.send(.push(of: newer))
        #expect(try request.reply()["Bellpull-Outcome"] == "cancelled")
        server.unblock()
        #expect(try next.reply().status == 200)
        try why(server.server, commit).expect(
            "live", "\(commit.prefix(6)), as part of \(newer.prefix(6)) since ", remedy: nil)
        try why(server.server).expect("live", remedy: nil)
    }

    @Test(arguments: [
        ("build", "build = \"echo compiling; echo no such module; exit 3\""),
        ("test", "test = \"echo no such module; exit 3\""),
        ("health", "health = \"echo no such module; grep -q one index.html\"\nhealth_timeout = \"1s\""),
    ])
    func `finds a step that failed, with its last lines`(step: String, line: String) throws {
        let server = try SteppedServer("")
        try server.push("one")
        try server.configure(line)
        #expect(try server.server.command("reload").ending == .exited(0))
        #expect(try server.push("second").reply.status == 500)
        let verdict = try why(server.server)
        verdict.expect("failed", step, remedy: "")
        #expect(verdict.output.contains("no such module"), "\(verdict)")
    }

    @Test func `finds that a recorded push waits for the service`() throws {
        let server = try SteppedServer("build = '''\(SteppedServer.wait)'''")
        try server.push("one")
        unlink("\(server.site)/cache/waiting")
        try server.block()
        let commit = try server.forge.push("second")
        _ = try server.server.send(.push(of: commit))
        _ = try server.waiting()
        try server.server.killBellpull()
        try why(server.server).expect(
            "bellpull is down", "the push is recorded as deployment 2, running since ",
            remedy: "systemctl start bellpull")
        server.unblock()
    }

    @Test func `finds a site that is behind others`() throws {
        let server = try SteppedServer(
            "build = '''\(SteppedServer.wait)'''", main: "parallel_deployments = 1\nanswer_within = \"100ms\"\n")
        try server.push("one")
        _ = try server.forge.clone(to: server.folder("sites/shop"))
        try server.server.configure(site: "shop", "branch = \"main\"")
        #expect(try server.server.command("reload").ending == .exited(0))
        unlink("\(server.site)/cache/waiting")
        try server.block()
        let commit = try server.forge.push("second")
        _ = try server.server.post(.push(of: commit))
        _ = try server.waiting()
        try why(server.server, "shop").expect(
            "queued", "waits for its turn since just now, behind 1 that run: blog", remedy: "parallel_deployments")
        server.unblock()
    }

    @Test func `finds a clone of another user`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let commit = try server.forge.push("news")
        guard geteuid() == 0, chown(server.site("blog").path, 65534, 65534) == 0 else { return }
        #expect(try server.post(.push(of: commit)).status == 500)
        try why(server).expect("failed", "belongs to nobody", remedy: "must run as nobody")
    }

    @Test func `answers for all sites at once`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "shop": "branch = \"main\""])
        let result = try server.command("why", "--nginx", server.folder("nginx"))
        #expect(result.ending == .exited(0), "\(result)")
        #expect(result.output.split(separator: "\n").map { $0.prefix(11) } == ["blog: live:", "shop: live:"])
    }
}
