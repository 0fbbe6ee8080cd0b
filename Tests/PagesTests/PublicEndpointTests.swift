import FastCGI
import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy
@testable import Pages

@Suite struct `a badge` {
    @Test func `tells the state of the site, and no reason`() throws {
        let stage = try PagesStage()
        func badge() -> Response { stage.get("/badge/blog.svg", at: .public) }
        #expect(badge().body.contains("<title>blog: not deployed</title>"))
        try stage.ledger.deploy(1)
        #expect(badge().body.contains("<title>blog: deployed c00000</title>"))
        try stage.ledger.deploy(2, result: .failed(Failure("/srv/secret is missing")))
        #expect(badge().body.contains("<title>blog: failed</title>"))
        #expect(!badge().body.contains("secret"))
        try stage.ledger.record(3)
        #expect(badge().body.contains("<title>blog: failed</title>"))
        try stage.ledger.start()
        #expect(badge().body.contains("<title>blog: deploying</title>"))
        #expect("\(badge().contentType)" == "image/svg+xml")
        #expect(XMLText.isWellFormed(badge().body))
    }

    @Test func `may be cached, and is sent again only if it has changed`() throws {
        let stage = try PagesStage()
        let badge = stage.get("/badge/blog.svg", at: .public)
        #expect(badge.header("Cache-Control") == "public, max-age=60")
        let tag = try #require(badge.header("ETag"))
        #expect(stage.get("/badge/blog.svg", at: .public, tag: tag).status == 304)
        try stage.ledger.deploy(1)
        #expect(stage.get("/badge/blog.svg", at: .public, tag: tag).status == 200)
    }

    @Test(arguments: [
        "", "/", "/badge", "/badge/", "/badge/.svg", "/badge/blog", "/badge/blog.SVG", "/badge/nobody.svg",
        "/badge/../badge/blog.svg", "/badge/blog.svg/", "/badge/blog.svg\n", "/feed/.atom", "/feed/nobody.atom",
        "/feed.atom/", "/badge/<svg>.svg", "/site/blog", "/deployment/1", "/style.css", "/feed/blog.svg",
    ])
    func `is nowhere else`(_ path: String) throws {
        let stage = try PagesStage()
        try stage.ledger.deploy(1)
        #expect(stage.get(path, at: .public).status == 404)
    }
}

@Suite struct `a feed` {
    @Test func `has the deployments of a site, or of all, without reasons`() throws {
        let stage = try PagesStage()
        try stage.ledger.deploy(1)
        try stage.ledger.deploy(2, at: "shop", result: .failed(Failure("/srv/secret is missing")))
        try stage.ledger.deploy(3, at: "removed")
        try stage.ledger.record(4)
        let all = stage.get("/feed.atom", at: .public)
        #expect("\(all.contentType)" == "application/atom+xml")
        let titles = all.body.matches(of: #/<entry>\n<title>([^<]*)</#).map { String($0.1) }
        #expect(titles == ["shop: failed c00000", "blog: deployed c00000"])
        #expect(!all.body.contains("secret"))
        #expect(XMLText.isWellFormed(all.body))
        let blog = stage.get("/feed/blog.atom", at: .public).body
        #expect(blog.contains("<title>Deployments of blog</title>") && !blog.contains("shop"))
        #expect(blog.contains("<id>tag:www.example.org,2026:bellpull/feed/blog</id>"))
        let ids = all.body.matches(of: #/<id>([^<]*)<\/id>/#).map { String($0.1) }
        #expect(ids.count == 3 && Set(ids).count == 3)
    }

    @Test func `of a new server is empty and valid`() throws {
        let feed = try PagesStage().get("/feed.atom", at: .public).body
        #expect(feed.contains("<updated>20") && !feed.contains("<entry>"))
        #expect(XMLText.isWellFormed(feed))
    }

    @Test(arguments: ["", "_", "a b", "<x>", "\"", "é", "a/b", String(repeating: "a", count: 300)])
    func `takes no hostile name of a server`(_ name: String) throws {
        let feed = try PagesStage().get("/feed.atom", at: .public, server: name).body
        #expect(feed.contains("<id>tag:localhost,2026:"))
    }
}
