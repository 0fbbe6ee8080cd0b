import Foundation
import TestSupport
import Testing

@Suite struct `the pages behind nginx` {
    private let site: ServedSite

    init() throws { site = try ServedSite(pages: true) }

    private func get(_ target: String, method: String = "GET", headers: [(name: String, value: String)] = []) throws
        -> Reply
    {
        try RawHTTP(port: site.web.port, RawHTTP.head(method, target, headers: headers)).reply()
    }

    @Test func `show a site before and after a push`() throws {
        #expect(try get("/bellpull/").content.contains("never deployed"))
        let commit = try site.forge.push("second")
        #expect(try site.post(.push(of: commit)).status == 200)
        let list = try get("/bellpull/")
        #expect(list.status == 200 && list["Content-Type"] == "text/html; charset=utf-8")
        #expect(list.content.contains(">deployed<") && list.content.contains(commit.prefix(6)))
        #expect(try get("/bellpull/site/blog").content.contains(commit))
        #expect(try get("/bellpull/deployment/1").content.contains(commit))
        let again = try get(
            "/bellpull/style.css", headers: [("If-None-Match", try get("/bellpull/style.css")["ETag"] ?? "")])
        #expect(again.status == 304 && again.body.isEmpty)
        let moved = try get("/bellpull")
        #expect(moved.status == 301 && moved["Location"] == "/bellpull/")
    }

    @Test func `show at once what a command has deployed`() throws {
        #expect(try get("/bellpull/").content.contains("never deployed"))
        let result = try Program.run(
            [try BuiltProgram.path, "deploy", "blog"],
            environment: Responder.environment(of: site.clone, in: site.folder))
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(
            Observation.eventually(within: .seconds(1)) {
                (try? get("/bellpull/").content.contains("never deployed")) == false
            })
    }

    @Test func `count in the metrics what the hook does`() throws {
        #expect(try site.post(.push(of: try site.forge.push("second"))).status == 200)
        #expect(try site.post(GitHubDelivery(event: "push", body: "{}", secret: "wrong")).status == 401)
        let metrics = try get("/bellpull/metrics")
        #expect(metrics.status == 200 && metrics["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        for line in [
            #"bellpull_deliveries_total{outcome="deployed"} 1"#, #"bellpull_deliveries_total{outcome="rejected"} 1"#,
            #"bellpull_deployments_total{site="blog",result="deployed"} 1"#, "bellpull_sites 1",
        ] { #expect(metrics.content.contains("\(line)\n"), "\(line)") }
    }

    @Test func `have badges and feeds at an address of their own`() throws {
        #expect(try get("/bellpull/public/badge/blog.svg").content.contains("not deployed"))
        #expect(try get("/bellpull/public/feed.atom").content.contains("<feed "))
        #expect(try get("/bellpull/public/style.css").status == 404)
        #expect(try get("/bellpull/badge/blog.svg").status == 404)
    }

    @Test(arguments: [
        "/bellpull/", "/bellpull/history", "/bellpull/site/blog", "/bellpull/deployment/1", "/bellpull/none",
    ])
    func `are valid HTML`(_ target: String) throws {
        guard access("/usr/bin/tidy", X_OK) == 0 else { return }
        #expect(try site.post(.push(of: try site.forge.push("second"))).status == 200)
        try write(try get(target).content, to: site.folder("page.html"))
        let result = try Program.run(
            ["tidy", "-errors", "-quiet", "--drop-empty-elements", "no", site.folder("page.html")],
            environment: Repository.environment(home: site.folder.path))
        #expect(result.ending == .exited(0) && result.errors.isEmpty, "\(result.errors)")
    }

    @Test func `come from a socket where no hook is, and the hook's socket has no pages`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        for name in ["", "hook"] {
            let params = RawFastCGI.params(delivery) + [("BELLPULL_ENDPOINT", name)]
            let reply = try RawFastCGI.reply(
                to: RawFastCGI.request(params, body: delivery.body), on: site.folder("pages.sock"))
            #expect(reply.status == 404 && reply.error == "this socket has no such endpoint")
        }
        for name in ["pages", "metrics", "public"] {
            let params = [("REQUEST_METHOD", "GET"), ("PATH_INFO", "/"), ("BELLPULL_ENDPOINT", name)]
            let reply = try RawFastCGI.reply(to: RawFastCGI.request(params), on: site.socket)
            #expect(reply.status == 404 && reply.error == "this socket has no such endpoint")
        }
        // A client's header is another parameter.
        let header = ("Bellpull-Endpoint", "hook")
        #expect(try get("/bellpull/", headers: [header, ("BELLPULL_ENDPOINT", "hook")]).status == 200)
        #expect(try site.forge.author.head != site.clone.head)
    }

    @Test func `take no body, no range and no other method`() throws {
        let long = Data(repeating: 0x78, count: 100_000)
        #expect(
            try RawHTTP(port: site.web.port, RawHTTP.request("POST", "/bellpull/", body: long)).reply().status == 413)
        let short = try RawHTTP(port: site.web.port, RawHTTP.request("POST", "/bellpull/", body: Data("x".utf8)))
            .reply()
        #expect(short.status == 405 && short["Allow"] == "GET, HEAD")
        #expect(try get("/bellpull/", headers: [("Range", "bytes=0-3")]).status == 200)
        let head = try get("/bellpull/", method: "HEAD")
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(try get("/bellpull/", method: "DELETE").status == 405)
    }

    @Test(arguments: [
        "/bellpull/%00", "/bellpull/site/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/bellpull/site/blog%0a",
        "/bellpull/site/%ff%fe",
        "/bellpull/deployment/1%0d%0aSet-Cookie:%20a=b", "/bellpull/public/badge/%0a.svg",
        "/bellpull/public/feed/%ff.atom",
        "/bellpull/public/../site/x%22%3e", "/bellpull/metrics/x", "/bellpull/%3Cscript%3E",
    ])
    func `withstand a hostile path`(_ target: String) throws {
        let reply = try get(target)
        #expect([400, 404].contains(reply.status), "\(reply.status)")
        #expect(reply["Set-Cookie"] == nil && !reply.content.contains("<script"))
    }

    @Test func `withstand hostile headers`() throws {
        let headers = [
            ("If-None-Match", String(repeating: "\"x\",", count: 1500)), ("Cookie", "a=\u{202e}"),
            ("Accept", "*/*;q=\u{1}"),
            ("Range", "bytes=0-1,2-3,-9999999999"), ("If-Modified-Since", "never"), ("Proxy", "http://localhost:1/"),
        ]
        for header in headers {
            #expect([200, 400].contains(try get("/bellpull/", headers: [header]).status), "\(header.0)")
        }
        let twice = [("If-None-Match", "\"a\""), ("If-None-Match", "*")]
        #expect([200, 400].contains(try get("/bellpull/", headers: twice).status))
    }

    @Test func `answer a crowd, or send it away, and leave the hook alone`() throws {
        let crowd = try (0..<400).map { _ in try PeerSocket(path: site.folder("pages.sock")) }
        let request = RawFastCGI.request([
            ("REQUEST_METHOD", "GET"), ("PATH_INFO", "/"), ("BELLPULL_ENDPOINT", "pages"),
        ])
        for peer in crowd { peer.send(request) }
        #expect(try site.post(.push(of: try site.forge.push("second")))["Bellpull-Outcome"] == "deployed")
        let statuses = try crowd.map { try RawFastCGI.reply(on: $0).status }
        #expect(statuses.count == 400 && Set(statuses).isSubset(of: [200, 503]) && statuses.contains(200))
        #expect(try get("/bellpull/").status == 200)
    }

    @Test func `are shown at once although many connections are silent`() throws {
        let silent = try (0..<150).map { _ in try PeerSocket(path: site.folder("pages.sock")) }
        for _ in 0..<5 {
            let start = ContinuousClock.now
            #expect(try get("/bellpull/").status == 200)
            #expect(start.duration(to: .now) < .seconds(5))
        }
        withExtendedLifetime(silent) {}
    }

    @Test func `are closed to others than this machine until somebody opens them`() throws {
        let texts = try ["bellpull-pages.conf", "bellpull-public.conf"].map(WebServer.file)
        let blocks = texts[0].components(separatedBy: "location ").filter { $0.contains("fastcgi_pass ") }
        #expect(blocks.count == 2)
        #expect(
            blocks.allSatisfy {
                $0.contains("allow 127.0.0.1;\n    allow ::1;\n") && $0.contains(#/\n    deny +all;\n/#)
            })
        #expect(!texts[1].contains("deny"))
    }
}

@Suite struct `a Bellpull without a socket for pages` {
    @Test func `deploys, and nginx says that there are no pages`() throws {
        let site = try ServedSite(changes: ServedSite.withPages)
        #expect(try site.visit("/bellpull/").status == 502)
        #expect(try site.post(.push(of: try site.forge.push("second"))).status == 200)
    }
}

@Suite struct `a deployment on its page` {
    @Test func `grows while it runs`() throws {
        let server = try SteppedServer("build = 'echo begun; \(SteppedServer.wait); echo ended'\n", pages: true)
        func page(_ target: String) throws -> String {
            try RawHTTP(port: server.server.web.port, RawHTTP.head("GET", "/bellpull/\(target)")).reply().content
        }
        #expect(try server.push("old").reply.status == 200)
        try server.block()
        let request = try server.server.send(.push(of: try server.forge.push("second")))
        #expect(Observation.eventually { (try? page("deployment/2"))?.contains("begun\n") == true })
        #expect(try page("").contains(">running<"))
        #expect(try page("deployment/2/log?from=0").contains("begun\n"))
        #expect(try page("public/badge/blog.svg").contains("deploying"))
        server.unblock()
        #expect(try request.reply().status == 200)
        #expect(try page("deployment/2").contains("ended"))
    }
}

@Suite struct `the socket for pages` {
    @Test func `is passed beside the hook's by its name`() throws {
        let site = try ServedSite()
        // As systemd does: descriptor 0 and 3 are the hook's, descriptor 4 is the pages'.
        let script = """
            import os, socket, sys
            def listen(path):
                s = socket.socket(socket.AF_UNIX); s.bind(path); s.listen(16); return s.detach()
            hook, pages = listen(sys.argv[1]), listen(sys.argv[2])
            hook, pages = os.dup2(hook, 10), os.dup2(pages, 11)
            os.dup2(10, 0); os.dup2(10, 3); os.dup2(11, 4); os.closerange(10, 12)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="bellpull.socket:pages")
            os.execv(sys.argv[3], [sys.argv[3], "serve"])
            """
        let (hook, pages) = (site.folder("hook.sock"), site.folder("more.sock"))
        var environment = try Responder.environment(of: site.clone, in: site.folder)
        environment["STATE_DIRECTORY"] = site.folder("other")
        let program = try Program(
            ["python3", "-c", script, hook, pages, try BuiltProgram.path], environment: environment,
            output: site.folder("passed.log"))
        #expect(Observation.eventually { (try? text(of: site.folder("passed.log")))?.contains("serving ") == true })
        let request = RawFastCGI.request([
            ("REQUEST_METHOD", "GET"), ("PATH_INFO", "/"), ("BELLPULL_ENDPOINT", "pages"),
        ])
        #expect(try RawFastCGI.reply(to: request, on: pages).status == 200)
        #expect(try RawFastCGI.reply(to: request, on: hook).status == 404)
        program.end()
    }
}
