import Foundation
import Git
import Processes
import TestSupport
import Testing
import Webhook

@testable import Deploy
@testable import Endpoints
@testable import FastCGI

/// The clone of `blog` is not there at the start, and the configuration does not name its repository.
@Suite(.onPlainThreads) struct `a site whose clone was mounted late` {
    private let blog: Blog
    private let site: Site
    private let commit: Commit

    init() throws {
        blog = try Blog()
        commit = try blog.push(["index.html": "two\n"])
        site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        try FileManager.default.moveItem(atPath: blog.site, toPath: "\(blog.folder)/away")
    }

    private func mount() throws {
        try FileManager.default.moveItem(atPath: "\(blog.folder)/away", toPath: blog.site)
    }

    private func push(
        _ ref: String = "refs/heads/main", of repository: String = "alice/blog", id: String = UUID().uuidString
    ) -> EndpointsTests.Hook {
        var hook = EndpointsTests.Hook()
        hook.id = id
        hook.body = EndpointsTests.Hook.push(ref: ref, after: commit.description, repository: repository)
        return hook
    }

    @Test func `is deployed by the first push after the mount`() async throws {
        defer { blog.remove() }
        let stage = try Stage(sites: [Hooks.Entry(site)])
        try mount()
        let response = try await stage.answer(to: push())
        #expect(response.status == 200 && response.header("Bellpull-Outcome") == "deployed")
        #expect(try blog.text("site/index.html") == "two\n")
    }

    @Test func `fails a push before the mount, and says why, instead of ignoring it`() async throws {
        defer { blog.remove() }
        let stage = try Stage(sites: [Hooks.Entry(site)])
        for ref in ["refs/heads/main", "refs/heads/any"] {
            let response = try await stage.answer(to: push(ref))
            #expect(response.status == 500 && response.header("Bellpull-Outcome") == "failed")
            #expect(response.header("Bellpull-Reason") == "blog: \(blog.site) does not exist")
        }
        #expect(try stage.ledger.ledger.all.isEmpty)
        try mount()
        #expect(try await stage.answer(to: push()).header("Bellpull-Outcome") == "deployed")
    }

    @Test func `is not touched by a push of another repository or branch`() async throws {
        defer { blog.remove() }
        let stage = try Stage(sites: [Hooks.Entry(site)])
        try mount()
        for hook in [push(of: "alice/shop"), push("refs/heads/other"), push("refs/tags/v1")] {
            let response = try await stage.answer(to: hook)
            #expect(response.status == 200 && response.header("Bellpull-Outcome") == "ignored")
        }
        #expect(try stage.ledger.ledger.all.isEmpty)
        #expect(try blog.text("site/index.html") == "one\n")
    }

    @Test func `does not keep back a push of another site`() async throws {
        defer { blog.remove() }
        let shop = FakeStrategy()
        let stage = try Stage(sites: [Hooks.Entry(site), Hooks.Entry(try .fake(shop, name: "shop"))])
        let response = try await stage.answer(to: push())
        #expect(response.header("Bellpull-Outcome") == "deployed" && response.header("Bellpull-Site") == "shop")
        #expect(shop.liveCommit == commit)
    }

    @Test func `ignores, without looking for its clone, what no clone would follow`() async throws {
        defer { blog.remove() }
        let stage = try Stage(sites: [Hooks.Entry(site, forge: .gitea)])
        #expect(try await stage.answer(to: push()).header("Bellpull-Outcome") == "ignored")
        let other = try Stage(sites: [Hooks.Entry(site)])
        #expect(try await other.answer(to: push("refs/tags/v1")).header("Bellpull-Outcome") == "ignored")
    }

    @Test func `with a hook of its own records the failure, and ignores other repositories once it is mounted`()
        async throws
    {
        defer { blog.remove() }
        let stage = try Stage(sites: [Hooks.Entry(site, secrets: Secrets(try Secret(Stage.secret)))])
        var hook = push()
        hook.path = "/blog"
        #expect(try await stage.answer(to: hook).status == 500)
        #expect(try stage.ledger.ledger.all.map(\.state) == [.failed])
        try mount()
        var other = push(of: "alice/shop")
        other.path = "/blog"
        #expect(try await stage.answer(to: other).header("Bellpull-Outcome") == "ignored")
        hook.id = "again"
        #expect(try await stage.answer(to: hook).header("Bellpull-Outcome") == "deployed")
    }

    @Test func `does not run git for each of many pushes while the clone is broken`() async throws {
        defer { blog.remove() }
        try mount()
        var (isInTime, tries) = (false, 0)
        while !isInTime, tries < 5 {
            tries += 1
            let start = ContinuousClock.now
            try blog.git("remote", "set-url", "origin", "nowhere", in: blog.site)
            let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
            let stage = try Stage(sites: [Hooks.Entry(site)])
            for _ in 0..<3 {
                let response = try await stage.answer(to: push())
                #expect(response.header("Bellpull-Reason")?.contains("ends in nowhere, without an owner") == true)
            }
            try blog.git("remote", "set-url", "origin", blog.remote, in: blog.site)
            // Within ten seconds of the failure, the clone is not opened again.
            let status = try await stage.answer(to: push()).status
            isInTime = start.duration(to: .now) < .seconds(10)
            if isInTime { #expect(status == 500) }
        }
        #expect(isInTime, "the machine is too slow for this test")
    }
}
