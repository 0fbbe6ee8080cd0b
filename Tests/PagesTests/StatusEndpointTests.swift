import Endpoints
import FastCGI
import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy
@testable import Pages

@Suite struct `the pages` {
    private let stage: PagesStage

    init() throws { stage = try PagesStage() }

    @Test func `list the sites: first those that move, then the failed ones`() throws {
        let stage = try PagesStage(["a", "b", "c", "d"])
        try stage.ledger.deploy(1, at: "a")
        try stage.ledger.deploy(2, at: "b", result: .failed(Failure("build failed with exit status 1: no such page")))
        try stage.ledger.record(3, for: ["c"])
        try stage.ledger.start("c")
        let page = stage.get("/")
        #expect(page.status == 200)
        let names = page.body.matches(of: #/href="\.\/site\/([a-d])"/#).map { String($0.1) }
        #expect(names == ["c", "b", "a", "d"])
        for text in ["4 sites", "1 failed", "no such page", "never deployed", ">running<"] {
            #expect(page.body.contains(text), "\(text)")
        }
    }

    @Test func `list a hundred sites each`() throws {
        let stage = try PagesStage((1...250).map { "site-\($0 + 1000)" })
        let pages = ["", "page=2", "page=3", "page=99"].map { query in
            stage.get("/", query: query).body.matches(of: #/href="\.\/site\/([^"]*)"/#).map { String($0.1) }
        }
        #expect(pages.map(\.count) == [100, 100, 50, 50])
        #expect(Set(pages.joined()).count == 250)
        let second = stage.get("/", query: "page=2").body
        #expect(second.contains(#"href="?page=1""#) && second.contains(#"href="?page=3""#))
    }

    @Test func `show a site with its deployments, page by page`() throws {
        for number in 1...120 { try stage.ledger.deploy(number) }
        try stage.ledger.deploy(121, at: "shop")
        let ids = try ["", "before=71", "before=21"].map { query in
            let page = stage.get("/site/blog", query: query)
            try #require(page.status == 200)
            return page.body.matches(of: #/<a class="state [a-z]*" href="\.\.\/deployment\/(\d+)"/#).map {
                Int($0.1) ?? 0
            }
        }
        #expect(ids == [Array((71...120).reversed()), Array((21...70).reversed()), Array((1...20).reversed())])
        #expect(stage.get("/site/blog").body.contains(#"href="?before=71""#))
        #expect(!stage.get("/site/blog", query: "before=21").body.contains("?before="))
        #expect(stage.get("/history").body.contains(#"href="./site/shop""#))
    }

    @Test func `show in a row only what belongs to the row`() throws {
        try stage.ledger.deploy(1)
        try stage.ledger.deploy(2, result: .failed(Failure("the disk is full")))
        let rows = stage.get("/site/blog").body.split(separator: "<li>").dropFirst()
        #expect(rows.map { $0.contains("the disk is full") } == [true, false])
        #expect(rows.allSatisfy { !$0.contains("site/blog") })
        for page in ["/", "/history", "/site/blog", "/site/shop", "/deployment/1", "/deployment/2"] {
            #expect(stage.get(page).body.firstMatch(of: #/>\s*(false|true)\s*<|"(false|true)"/#) == nil, "\(page)")
        }
    }

    @Test func `show a failed deployment with its reason, its remedy and its output`() throws {
        try stage.ledger.record(1)
        let id = try #require(try stage.ledger.start()).id
        let failure = Failure("the disk is full", hint: "df -h /srv && echo 'ok'")
        let conclusion = DeploymentRecord.Conclusion(.failed(failure), output: "first\n\u{1b}[31mred\u{1b}[0m\nlast\n")
        _ = try stage.ledger.write { try $0.finish(id, conclusion, at: Date()) }
        let page = stage.get("/deployment/\(id)")
        #expect(page.status == 200)
        for text in [
            "the disk is full", "df -h /srv &amp;&amp; echo &#39;ok&#39;", "first\nred\nlast\n", "refs/heads/main",
        ] {
            #expect(page.body.contains(text), "\(text)")
        }
        #expect(!page.body.contains("http-equiv"))
    }

    @Test func `show the output of a running deployment as it grows`() throws {
        try stage.ledger.record(1)
        let id = try #require(try stage.ledger.start()).id
        try stage.write(output: "one\ntwo\nhal")
        let page = stage.get("/deployment/\(id)").body
        #expect(page.contains("one\ntwo\n</pre>"))
        #expect(
            page.contains(#"data-next="8""#) && page.contains(#"<noscript><meta http-equiv="refresh" content="5">"#))
        try stage.write(output: "one\ntwo\nhalf <b>\n")
        let more = stage.get("/deployment/\(id)/log", query: "from=8")
        #expect(more.body == "half <b>\n")
        #expect("\(more.contentType)" == "text/plain; charset=utf-8")
        #expect(more.header("Bellpull-Next") == "17" && more.header("Bellpull-State") == "running")
        #expect(stage.get("/deployment/\(id)/log", query: "from=17").body == "")
        #expect(stage.get("/deployment/\(id)/log", query: "from=1000").header("Bellpull-Next") == "0")
        try stage.ledger.finish(id, .deployed(.fake(1)))
        #expect(stage.get("/deployment/\(id)/log", query: "from=17").header("Bellpull-State") == "deployed")
    }

    @Test func `show no more than the end of a long output`() throws {
        try stage.ledger.record(1)
        let id = try #require(try stage.ledger.start()).id
        try stage.write(output: String(repeating: "0123456789abcde\n", count: 100_000))
        let page = stage.get("/deployment/\(id)").body
        #expect(page.utf8.count < 80_000)
        #expect(page.contains(#"data-next="1600000""#))
    }

    @Test func `follow no link in place of the output`() throws {
        try stage.ledger.record(1)
        let id = try #require(try stage.ledger.start()).id
        try FileManager.default.createDirectory(atPath: "\(stage.state)/output", withIntermediateDirectories: true)
        symlink("/etc/passwd", "\(stage.state)/output/blog")
        #expect(!stage.get("/deployment/\(id)").body.contains("root:"))
        #expect(stage.get("/deployment/\(id)/log").body == "")
    }

    @Test(arguments: ["/", "/history", "/site/blog", "/deployment/1", "/style.css", "/script.js", "/icon.svg"])
    func `are sent again only if they have changed`(_ path: String) throws {
        try stage.ledger.deploy(1, on: Date(timeIntervalSinceNow: -86_400 * 30))
        let page = stage.get(path)
        let tag = try #require(page.header("ETag"))
        #expect(tag.wholeMatch(of: #/"[0-9a-f]+"/#) != nil)
        for known in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            let response = stage.get(path, tag: known)
            #expect(response.status == 304 && response.body.isEmpty && response.header("ETag") == tag)
        }
        #expect(stage.get(path, tag: "\"x\"").status == 200)
        let head = stage.get(path, method: "HEAD")
        #expect(head.status == 200 && head.omitsBody && head.body == page.body)
    }

    @Test(arguments: ["/", "/history", "/site/blog", "/style.css", "/script.js", "/icon.svg", "/x"])
    func `load nothing from elsewhere, and run nothing from the page`(_ path: String) throws {
        let page = stage.get(path)
        let policy = try #require(page.header("Content-Security-Policy"))
        #expect(policy.hasPrefix("default-src 'none'; ") && policy.hasSuffix("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe") && !policy.contains("..."))
        #expect(page.header("X-Content-Type-Options") == "nosniff")
        guard "\(page.contentType)".hasPrefix("text/html") else { return }
        #expect(page.body.firstMatch(of: #/(src|href)="(https?:)?\/\//#) == nil)
        #expect(page.body.firstMatch(of: #/<style|<script>|style="| on[a-z]+="|javascript:/#) == nil)
    }

    @Test(arguments: [
        "/x", "//", "/site", "/site/", "/site/nobody", "/site/blog/", "/site/blog/x", "/site/../blog", "/site/blog\0",
        "/site/blog\n", "/deployment", "/deployment/", "/deployment/0", "/deployment/01", "/deployment/-1",
        "/deployment/+1",
        "/deployment/1x", "/deployment/99999999999999999999", "/deployment/1/log/", "/deployment/999/log",
        "/style.css/",
        "/STYLE.CSS", "x", "..", "/..", "/<script>alert(1)</script>", "/\u{202e}",
        "/" + String(repeating: "x", count: 10_000),
        "/metrics", "/public/feed.atom",
    ])
    func `are nowhere else`(_ path: String) {
        let page = stage.get(path)
        #expect(page.status == 404)
        #expect(!page.body.contains("script"))
    }

    @Test(arguments: [
        "before=1e9", "before=-1", "before=", "before", "&&&=", "page=0", "before=%31",
        String(repeating: "a=1&", count: 10_000),
    ])
    func `ignore a hostile query`(_ query: String) throws {
        try stage.ledger.deploy(1)
        #expect(stage.get("/history", query: query).body.contains("deployment/1"))
        #expect(stage.get("/", query: query).status == 200)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "GET ", ""])
    func `change nothing, whatever the method`(_ method: String) {
        let page = stage.get("/", method: method)
        #expect(page.status == 405 && page.header("Allow") == "GET, HEAD")
        #expect(stage.get("/x", method: method).status == 404)
    }

    @Test func `are not at the hook, and the hook is not here`() {
        for endpoint in [nil, EndpointName.hook] {
            let reply = stage.get("/", at: endpoint, method: "POST")
            #expect(reply.status == 404 && reply.body == #"{"error":"this socket has no such endpoint"}"#)
        }
    }

    @Test func `say that the ledger cannot be read`() throws {
        try Data("no ledger".utf8).write(to: URL(fileURLWithPath: stage.home.store.path))
        let page = stage.get("/")
        #expect(page.status == 503 && page.header("Retry-After") == "10")
        #expect(page.body.contains("the ledger cannot be read"))
        #expect(stage.get("/style.css").status == 200)
        #expect(stage.get("/badge/blog.svg", at: .public).status == 503)
        #expect(!stage.get("/badge/blog.svg", at: .public).body.contains("/"))
        #expect(stage.get("", at: .metrics).body.contains(#"bellpull_ledger_errors_total{operation="read"} "#))
    }
}
