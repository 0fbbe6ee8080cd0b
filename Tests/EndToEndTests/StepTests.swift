import Foundation
import TestSupport
import Testing

@Suite struct `a site with steps, served by nginx` {
    @Test func `is built, tested, checked and told about`() throws {
        let server = try SteppedServer(
            """
            build = "echo building; sed 's/draft/page/' index.html >new && mv new index.html"
            test = "grep -q page index.html"
            health = "test -s index.html"
            after = "echo $BELLPULL_FORGE $BELLPULL_DELIVERY $BELLPULL_CAUSE $BELLPULL_COMMIT >>$HOME/after"
            """)
        let delivery = try GitHubDelivery.push(of: try server.forge.push("draft 1"), id: "abc-1")
        let reply = try server.server.post(delivery)
        #expect(reply.status == 200 && reply["Bellpull-Outcome"] == "deployed" && reply.body == "{}")
        #expect(try server.page == "page 1")
        #expect(server.home("after") == "github abc-1 push \(reply["Bellpull-Commit"] ?? "")\n")
        let log = try server.command("log", "blog").output
        #expect(log.contains("building\n"))
        #expect(try text(of: server.folder("state/output/blog")).contains("building\n"))
        #expect(try server.temporaryFolders == [])
    }

    @Test func `never shows a push that its test refuses`() throws {
        let server = try SteppedServer(
            """
            build = "sleep 0.3"
            test = "sleep 0.3; grep good index.html || { echo the page is bad; exit 3; }"
            """)
        #expect(try server.push("good").reply.status == 200)
        let before = try server.releases
        let visitor = Visitor(of: server)
        for number in 1...2 {
            let (_, reply) = try server.push("bad \(number)")
            #expect(reply.status == 500 && reply["Bellpull-Outcome"] == "failed" && reply["Bellpull-Commit"] == nil)
            #expect(reply.error?.hasPrefix("test failed with exit status 3: the page is bad") == true, "\(reply.text)")
        }
        let seen = try visitor.leave()
        #expect(seen.count >= 60, "\(seen.count) visits")
        #expect(seen.allSatisfy { $0.status == 200 && $0.text == "good" })
        #expect(try server.releases == before)
        #expect(try server.command("log", "blog").output.contains("the page is bad"))
        #expect(try server.push("good again").reply["Bellpull-Outcome"] == "deployed")
        #expect(try server.page == "good again")
    }

    /// The check asks the page that nginx serves.
    @Test func `takes a push back within a second of its failed health check`() throws {
        let server = try SteppedServer("", started: false)
        try server.configure(
            """
            health = "http://127.0.0.1:\(server.server.web.port)/"
            health_text = "good"
            health_retries = 0
            """)
        try server.start()
        #expect(try server.push("good").reply.status == 200)
        let visitor = Visitor(of: server)
        let (_, reply) = try server.push("bad")
        let answered = Date()
        let seen = try visitor.leave()
        #expect(reply.status == 500 && reply["Bellpull-Outcome"] == "failed")
        #expect(reply.error?.contains("answered with 200, but without the text good; ") == true, "\(reply.text)")
        #expect(reply.error?.contains(" is live again") == true, "\(reply.text)")
        #expect(try server.page == "good")
        #expect(seen.allSatisfy { $0.status == 200 && ["good", "bad"].contains($0.text) })
        let bad = seen.filter { $0.text == "bad" }
        if let first = bad.first, let last = bad.last {
            #expect(last.time < answered)
            #expect(last.time.timeIntervalSince(first.time) < 1, "one request to the page comes in between")
        }
        #expect(try server.command("releases", "blog").output.contains("taken back"))
    }

    @Test func `takes a push back within a second of a failed command`() throws {
        let server = try SteppedServer(
            """
            health = "sleep 0.5; grep good index.html || { date +%s.%N >$HOME/failed; exit 1; }"
            health_retries = 0
            """)
        #expect(try server.push("good").reply.status == 200)
        let visitor = Visitor(of: server)
        #expect(try server.push("bad").reply.status == 500)
        let seen = try visitor.leave()
        let failed = try #require(Double(server.home("failed").trimmingCharacters(in: .newlines)))
        let last = try #require(seen.last { $0.text == "bad" }, "the push was live while it was checked")
        #expect(last.time.timeIntervalSince1970 - failed < 1)
        #expect(seen.last?.text == "good")
    }

    @Test func `goes back to the release before, which the next push replaces`() throws {
        let server = try SteppedServer("health = \"grep good index.html\"\nhealth_retries = 0\nkeep = 2\n")
        var good = ""
        for number in 1...8 {
            let isBad = number % 4 != 1
            let (commit, reply) = try server.push(isBad ? "bad \(number)" : "good \(number)")
            #expect(reply.status == (isBad ? 500 : 200))
            if !isBad { good = "good \(number)" }
            #expect(try server.page == good)
            #expect(try text(of: server.folder("state/live/blog")).hasPrefix(commit) == !isBad)
        }
        #expect(
            Observation.eventually { (try? server.releases.count { !$0.hasPrefix(".") }) ?? 9 <= 4 },
            "pushes that fail fill no disk")
    }

    @Test func `is reported as taken back, and a rollback tells of a failed check`() throws {
        let server = try SteppedServer(
            "health = \"grep good index.html\"\nhealth_retries = 0\nallow_read = [\"\(SteppedServer.absent)\"]\n",
            started: false)
        // A step that may read what is not there cannot run: check tells before a push does.
        let missing = try server.command("check", "blog").output
        #expect(missing.contains("allow_read names \(SteppedServer.absent), which does not exist"), "\(missing)")
        try server.configure("health = \"grep good index.html\"\nhealth_retries = 0\n")
        try server.start()
        for text in ["good 1", "good 2", "bad"] { _ = try server.push(text) }
        #expect(try server.page == "good 2")
        // The ledger is lost, and the site still knows.
        try server.server.killBellpull()
        for file in ["", "-wal", "-shm"] { unlink(server.folder("state/ledger.sqlite\(file)")) }
        let check = try server.command("check", "blog").output
        #expect(check.contains("was taken back because its health check failed"), "\(check)")
        try server.configure("health = \"false\"\nhealth_retries = 0\n")
        let rollback = try server.command("rollback", "blog", "--reason", "it is broken")
        #expect(rollback.output.contains("note: health failed with exit status 1; the site stays there"))
        #expect(!rollback.output.contains("note: rolled back"), "what the person did is no news")
        #expect(try server.page == "good 1")
    }

    @Test func `keeps no more releases although the last step always fails`() throws {
        let server = try SteppedServer("after = \"exit 4\"\nkeep = 2\n")
        for number in 1...6 {
            let reply = try server.push("\(number)").reply
            let reason = "is live, but after failed with exit status 4"
            #expect(reply.status == 500 && reply.error?.contains(reason) == true)
            #expect(try server.page == "\(number)")
        }
        #expect(Observation.eventually { (try? server.releases.count { !$0.hasPrefix(".") }) ?? 9 <= 3 })
    }

    @Test func `ends the build of a push for a newer one`() throws {
        let server = try SteppedServer(
            """
            build = 'echo $BELLPULL_COMMIT >>"$HOME/builds"; if grep -q slow index.html; then sleep 60; fi'
            on_newer = "cancel"
            """)
        #expect(try server.push("old").reply.status == 200)
        let slow = try server.forge.push("slow")
        let request = try server.server.send(.push(of: slow))
        #expect(Observation.eventually { server.home("builds").contains(slow) })
        let (fast, reply) = try server.push("fast")
        #expect(reply["Bellpull-Outcome"] == "deployed" && reply["Bellpull-Commit"] == fast)
        let cancelled = try request.reply()
        #expect(cancelled.status == 200 && cancelled.body == "{}")
        #expect(cancelled["Bellpull-Outcome"] == "cancelled")
        #expect(cancelled["Bellpull-Reason"] == "a newer push, of \(fast.prefix(6)), ended the build")
        #expect(try server.page == "fast" && !server.hasStep)
        #expect(try server.releases.filter { $0.hasPrefix(".") }.count == 2, "two records, and no leftover")
        let states = try server.server.ledger("SELECT state FROM deployment ORDER BY id")
        #expect(states == ["deployed", "cancelled", "deployed"])
    }

    @Test func `is not disturbed by a push during its check`() throws {
        let server = try SteppedServer(
            "health = '\(SteppedServer.wait)'\nbuild = \"true\"\non_newer = \"cancel\"\n")
        #expect(try server.push("old").reply.status == 200)
        try server.block()
        unlink("\(server.site)/cache/waiting")
        let second = try server.server.send(.push(of: try server.forge.push("second")))
        _ = try server.waiting()
        #expect(try server.page == "second", "it is live while it is checked")
        let third = try server.server.send(.push(of: try server.forge.push("third")))
        usleep(300_000)
        server.unblock()
        #expect(try second.reply()["Bellpull-Outcome"] == "deployed")
        #expect(try third.reply()["Bellpull-Outcome"] == "deployed")
        #expect(try server.page == "third")
    }

    @Test func `goes back at once by a rollback during a build`() throws {
        let server = try SteppedServer("build = '\(SteppedServer.wait)'\n")
        for text in ["old", "second"] { #expect(try server.push(text).reply.status == 200) }
        try server.block()
        unlink("\(server.site)/cache/waiting")
        let third = try server.server.send(.push(of: try server.forge.push("third")))
        _ = try server.waiting()
        let rollback = try server.startCommand("rollback", "blog", "--reason", "it is broken")
        let reply = try third.reply()
        #expect(reply.status == 200 && reply["Bellpull-Outcome"] == "pinned", "\(reply.text)")
        #expect(rollback.ending(within: .seconds(10)) == .exited(0))
        #expect(try server.page == "old" && !server.hasStep)
        server.unblock()
        #expect(try server.push("fourth").reply["Bellpull-Outcome"] == "pinned")
        #expect(try server.page == "old")
        #expect(try server.command("unpin", "blog").ending == .exited(0))
        #expect(try server.page == "fourth")
    }
}
