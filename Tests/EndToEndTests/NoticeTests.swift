import Foundation
import TestSupport
import Testing

/// The page is good or bad, and a bad page fails the test of the site. What a committer writes is in the reason and the output.
@Suite struct `a site that tells a program` {
    static let test = "test = \"grep -q good index.html || { cat index.html; exit 3; }\"\n"
    private static let hostile = "bad\"; touch MARK; $(touch MARK) `touch MARK` \\ \u{1b}[2J'"

    /// Makes a server whose program keeps what it reads in the file `told` of its home.
    private func server(_ lines: String = "", script: String = "cat >>\"$HOME/told\"") throws -> SteppedServer {
        let server = try SteppedServer("", started: false)
        try Shell.writeExecutable("#!/bin/sh\n\(script)\n", to: server.folder("tell"))
        try server.configure(
            "\(Self.test)url = \"https://blog.example.com/\"\nnotify = [\"\(server.folder("tell"))\", \"--to\", \"alice\"]\n\(lines)"
        )
        try server.start()
        return server
    }

    private func home(_ server: SteppedServer) -> String { server.folder("state/notify/blog") }

    private func told(_ server: SteppedServer) -> [[String: Any]] {
        let lines = ((try? text(of: "\(home(server))/told")) ?? "").split(separator: "\n")
        return lines.compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }

    /// Waits until the program was told of `events`, and a little longer.
    private func expectTold(_ server: SteppedServer, _ events: [String], at location: SourceLocation = #_sourceLocation)
    {
        _ = Observation.eventually { told(server).count >= events.count }
        usleep(300_000)
        #expect(told(server).map { $0["event"] as? String } == events, sourceLocation: location)
    }

    @Test func `tells of a failure once, and of the recovery, also over a restart`() throws {
        let server = try server(script: "cat >>\"$HOME/told\"; echo \"told $1 $2\"")
        #expect(try server.push("good 1").reply.status == 200)
        expectTold(server, [])
        let (commit, reply) = try server.push(Self.hostile)
        #expect(reply.status == 500)
        expectTold(server, ["failed"])
        let first = try #require(told(server).first)
        #expect(first["state"] as? String == "failed" && first["target"] as? String == commit)
        #expect(first["url"] as? String == "https://blog.example.com/" && first["ref"] as? String == "refs/heads/main")
        #expect(
            (first["output"] as? String)?.contains("\"; touch MARK; $(touch MARK) `touch MARK` \\ \u{1b}[2J'") == true)
        #expect(
            (first["reason"] as? String)?.hasPrefix("test failed with exit status 3: bad\"; touch MARK; $(touch MARK)")
                == true)
        #expect(try server.server.bellpull.says("notify ended site=blog deployment=2 event=failed"))
        #expect(try server.server.bellpull.log.contains("output=\"told --to alice"))

        try server.server.killBellpull()
        try server.start()
        #expect(try server.push("bad again").reply.status == 500)
        expectTold(server, ["failed"])
        #expect(try server.push("good 2").reply.status == 200)
        #expect(try server.push("good 3").reply.status == 200)
        expectTold(server, ["failed", "recovered"])
        #expect(try server.push("bad").reply.status == 500)
        expectTold(server, ["failed", "recovered", "failed"])
    }

    @Test func `tells of what a command has done`() throws {
        let server = try server("notify_on = [\"failed\", \"deployed\", \"rolled-back\"]\n")
        _ = try server.push("good 1")
        _ = try server.push("good 2")
        expectTold(server, ["deployed", "deployed"])
        #expect(try server.command("rollback", "blog").ending == .exited(0))
        expectTold(server, ["deployed", "deployed", "rolled-back"])
        // Pinned: nothing goes live.
        _ = try server.push("good 3")
        expectTold(server, ["deployed", "deployed", "rolled-back"])
    }

    /// What finished while no service was running is told by the next one.
    @Test func `tells after the start of what a command has done before`() throws {
        let server = try server("notify_on = [\"deployed\"]\n")
        _ = try server.push("good 1")
        expectTold(server, ["deployed"])
        try server.server.killBellpull()
        try server.forge.push("good 2")
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        try server.start()
        expectTold(server, ["deployed", "deployed"])
    }

    @Test func `holds up no deployment with a program that hangs, and keeps the order`() throws {
        let server = try server(
            "notify_on = [\"deployed\"]\n",
            script:
                "while [ -e \"$HOME/block\" ]; do sleep 0.05; done; cat >>\"$HOME/told\"; head -c 9999999 /dev/zero; exit 1"
        )
        try write("", to: "\(home(server))/block")
        for number in 1...5 {
            let start = ContinuousClock.now
            #expect(try server.push("good \(number)").reply["Bellpull-Outcome"] == "deployed")
            #expect(start.duration(to: .now) < .seconds(4))
        }
        #expect(told(server).isEmpty)
        unlink("\(home(server))/block")
        expectTold(server, Array(repeating: "deployed", count: 5))
        #expect(told(server).compactMap { $0["id"] as? Int } == [1, 2, 3, 4, 5])
        #expect(try server.server.bellpull.says("notify failed site=blog deployment=5 event=deployed"))
        #expect(Observation.eventually { (try? server.server.ledger("SELECT count(*) FROM notice")) == ["0"] })
    }

    @Test func `has news from the reload on that brings the program`() throws {
        let server = try server()
        let lines = try text(of: server.folder("etc/sites/blog.toml")).split(separator: "\n").map(String.init)
        let file = server.folder("etc/sites/blog.toml")
        try write(lines.filter { !$0.hasPrefix("notify") }.joined(separator: "\n"), to: file)
        #expect(try server.command("reload").ending == .exited(0))
        #expect(try server.push("bad 1").reply.status == 500)
        try write(lines.joined(separator: "\n"), to: file)
        #expect(try server.command("reload").ending == .exited(0))
        expectTold(server, [])
        #expect(try server.push("bad 2").reply.status == 500)
        expectTold(server, ["failed"])
        // A mistake in the file keeps the program and what waits.
        try write((lines + ["notify_on = [\"faild\"]"]).joined(separator: "\n"), to: file)
        #expect(try server.command("reload").ending == .exited(1))
        #expect(try server.push("good").reply.status == 200)
        expectTold(server, ["failed", "recovered"])
    }

    @Test func `ends a program at once when Bellpull stops, and runs it again`() throws {
        let server = try server(
            script: "cat >>\"$HOME/told\"; [ -e \"$HOME/told-once\" ] || { touch \"$HOME/told-once\"; sleep 50; }")
        #expect(try server.push("bad").reply.status == 500)
        _ = Observation.eventually { access("\(home(server))/told-once", F_OK) == 0 }
        let program = try server.server.bellpull.program
        program.signal(SIGTERM)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        try server.start()
        expectTold(server, ["failed", "failed"])
    }
}

@Suite struct `a plain CGI program that tells a program` {
    @Test func `tells before it ends`() throws {
        let site = try GatewaySite()
        try Shell.writeExecutable("#!/bin/sh\ncat >>\"$HOME/told\"\n", to: site.folder("tell"))
        try write("notify = [\"\(site.folder("tell"))\"]\n", to: site.folder("etc/bellpull.toml"))
        try site.clone.write("mine", to: "index.html")
        var environment = try site.environment(for: .push(of: site.forge.push("second")))
        environment["BELLPULL_CONFIG"] = site.folder("etc/bellpull.toml")
        let result = try Program.run(
            [try BuiltProgram.path], environment: environment, input: .file(site.folder("body")))
        #expect(try Reply(Data(result.output.utf8))["Bellpull-Outcome"] == "failed", "\(result)")
        // The process that does the work goes on after the reply.
        let told = site.folder("state/notify/blog/told")
        #expect(Observation.eventually { (try? text(of: told))?.contains(#""event":"failed""#) == true })
    }
}

@Suite struct `a site that sends webhooks` {
    private static let token = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private func server(_ receiver: FakeReceiver) throws -> SteppedServer {
        let server = try SteppedServer("", started: false)
        try write(Self.token, to: server.folder("etc/notify.secret"))
        chmod(server.folder("etc/notify.secret"), 0o600)
        try server.configure(
            """
            \(`a site that tells a program`.test)notify_url = "\(receiver.address)/hook?key=1"
            notify_secret_file = "\(server.folder("etc/notify.secret"))"
            """)
        try server.start()
        return server
    }

    private func expectSigned(_ request: FakeReceiver.Request, at location: SourceLocation = #_sourceLocation) throws {
        let (id, time) = (request.headers["webhook-id"] ?? "", request.headers["webhook-timestamp"] ?? "")
        let digest = try GitHubDelivery.standardDigest(
            of: Data("\(id).\(time).\(request.body)".utf8), token: Self.token)
        #expect(request.headers["webhook-signature"] == "v1,\(digest.base64EncodedString())", sourceLocation: location)
        #expect(abs((TimeInterval(time) ?? 0) - Date().timeIntervalSince1970) < 60, sourceLocation: location)
        #expect(request.method == "POST" && request.path == "/hook?key=1", sourceLocation: location)
        #expect(request.headers["content-type"] == "application/json", sourceLocation: location)
        #expect(request.headers["user-agent"] == "Bellpull", sourceLocation: location)
    }

    @Test func `sends each event, signed`() throws {
        let receiver = try FakeReceiver()
        try receiver.start()
        let server = try server(receiver)
        let (commit, _) = try server.push("bad \"quoted\" \u{1b}")
        let failed = try #require(receiver.requests(1).first)
        try expectSigned(failed)
        #expect(failed["event"] == "failed" && failed["target"] == commit && failed["site"] == "blog")
        #expect(failed["output"]?.contains("bad \"quoted\" \u{1b}") == true)
        _ = try server.push("good")
        let all = receiver.requests(2)
        #expect(all.map { $0["event"] } == ["failed", "recovered"])
        #expect(all[0].headers["webhook-id"] != all[1].headers["webhook-id"])
        #expect(Observation.eventually { (try? server.server.ledger("SELECT count(*) FROM notice")) == ["0"] })
    }

    @Test func `sends again after a refused connection, an error and a redirect, also after a restart`() throws {
        let receiver = try FakeReceiver()
        let server = try server(receiver)
        _ = try server.push("bad")
        #expect(try server.server.bellpull.says("webhook not sent site=blog deployment=1 event=failed reason="))
        #expect(try server.server.bellpull.log.contains("next=5s"))
        try server.server.killBellpull()
        _ = try server.server.ledger("UPDATE notice SET next_try = 0")
        var redirect = FakeReceiver.Answer(status: 302)
        redirect.headers["Location"] = "http://127.0.0.1:\(receiver.port)/other"
        try receiver.start(FakeReceiver.Answer(status: 500), redirect, FakeReceiver.Answer(status: 204, body: ""))
        try server.start()
        for count in 1...3 {
            #expect(receiver.requests(count).count == count)
            // The next try is half a minute away, and then two minutes.
            #expect(
                Observation.eventually {
                    (try? server.server.ledger("SELECT tries FROM notice")) == (count == 3 ? [] : ["\(count + 1)"])
                })
            let program = try server.server.bellpull.program
            program.signal(SIGTERM)
            #expect(program.ending(within: .seconds(5)) == .exited(0))
            _ = try server.server.ledger("UPDATE notice SET next_try = 0")
            try server.start()
        }
        let requests = receiver.requests
        #expect(requests.count == 3 && Set(requests.map(\.path)) == ["/hook?key=1"])
        #expect(
            Set(requests.compactMap { $0.headers["webhook-id"] }).count == 1 && Set(requests.map(\.body)).count == 1)
        for request in requests { try expectSigned(request) }
    }

    @Test func `waits 15 s for a receiver that hangs, and tries again`() throws {
        let receiver = try FakeReceiver()
        try receiver.start(FakeReceiver.Answer(delay: 60))
        let server = try server(receiver)
        let start = ContinuousClock.now
        #expect(try server.push("bad").reply.status == 500)
        #expect(start.duration(to: .now) < .seconds(4))
        let requests = receiver.requests(2, within: .seconds(40))
        #expect(requests.count == 2 && Set(requests.compactMap { $0.headers["webhook-id"] }).count == 1)
        #expect(start.duration(to: .now) > .seconds(19))
        #expect(try server.server.bellpull.says("webhook sent again site=blog"))
    }
}
