import TestSupport
import Foundation
import Git
import Synchronization
import Testing
import Webhook

@testable import Deploy
@testable import Endpoints
@testable import FastCGI

@Suite struct `the webhook endpoint of many sites` {
    private static let own = "a secret of its own"
    private let commit: Commit

    init() throws { commit = try #require(Commit(Stage.commit)) }

    private func hook(
        _ body: String = Hook.push(), at path: String = "", secret: String = Stage.secret
    ) throws -> Hook {
        Hook(path: path, body: body, signatures: (sha256: try Hook.signature(of: body, secret: secret), sha1: ""))
    }

    /// The sites `blog`, on the shared hook, and `shop`, on a hook of its own. Both follow `main` of `alice/blog`.
    private func stage(_ strategies: (blog: FakeStrategy, shop: FakeStrategy)) throws -> Stage {
        try Stage(sites: [
            Hooks.Entry(try .fake(strategies.blog, name: "blog")),
            Hooks.Entry(try .fake(strategies.shop, name: "shop"), secrets: Secrets(try Secret(Self.own))),
        ])
    }

    @Test func `accepts the site's own secret at the site's own hook`() async throws {
        let strategies = (blog: FakeStrategy(), shop: FakeStrategy())
        let response = try await stage(strategies).answer(to: hook(at: "/shop", secret: Self.own))
        #expect(response.status == 200)
        #expect(
            response.header("Bellpull-Outcome") == "deployed" && response.header("Bellpull-Site") == "shop")
        #expect(strategies.shop.liveCommit == commit && strategies.blog.liveCommit == nil)
    }

    @Test func `does not reach a site with its own hook through the shared hook`() async throws {
        let strategies = (blog: FakeStrategy(), shop: FakeStrategy())
        let stage = try stage(strategies)
        let response = try await stage.answer(to: hook())
        #expect(response.header("Bellpull-Site") == "blog")
        stage.dispatcher.waitUntilIdle()
        #expect(strategies.blog.liveCommit == commit && strategies.shop.liveCommit == nil)
    }

    @Test func `names the hook of a site to a verified sender at the shared hook`() async throws {
        let strategies = (blog: FakeStrategy(), shop: FakeStrategy())
        let secrets = Secrets(try Secret(Self.own))
        let shop = Site(
            name: "shop", repository: RepositoryName("alice/shop"), follows: RefPattern(branch: "main"),
            timeout: .seconds(20), strategy: strategies.shop)
        let stage = try Stage(sites: [
            Hooks.Entry(try .fake(strategies.blog, name: "blog")), Hooks.Entry(shop, secrets: secrets),
        ])
        let push = Hook.push(repository: "alice/shop")
        let response = try await stage.answer(to: hook(push))
        #expect(response.status == 200 && response.header("Bellpull-Outcome") == "ignored")
        #expect(
            response.header("Bellpull-Reason") == "shop has a secret of its own: set the webhook's URL to /github/shop")
        // Another branch concerns no site at any hook.
        let other = try await stage.answer(to: hook(Hook.push(ref: "refs/heads/x", repository: "alice/shop")))
        #expect(other.header("Bellpull-Reason") == "no site follows repository alice/shop")
        // A site's own hook does not tell of other hooks.
        let own = try await stage.answer(to: hook(Hook.push(), at: "/shop", secret: Self.own))
        #expect(own.header("Bellpull-Reason") == "no site follows repository alice/blog")
        #expect(strategies.blog.runs.isEmpty && strategies.shop.runs.isEmpty)
    }

    @Test func `tells an unverified sender nothing of other hooks, and the log that there are some`() async throws {
        let stage = try stage((FakeStrategy(), FakeStrategy()))
        let rejection = try await stage.answer(to: hook(secret: Self.own))
        let alone = try await Stage(sites: [Hooks.Entry(try .fake(FakeStrategy()))]).answer(to: hook(secret: Self.own))
        #expect(rejection.status == 401 && rejection.body == alone.body)
        #expect(rejection.header("Bellpull-Reason") == nil && rejection.header("Bellpull-Site") == nil)
        #expect(stage.log.lines.first?.contains("a site with a secret of its own has the URL /github/NAME") == true)
        _ = try await stage.answer(to: hook(at: "/shop"))
        #expect(stage.log.lines.last?.contains("/github/NAME") == false)
    }

    @Test func `accepts at each hook only the secret of the hook`() async throws {
        let stage = try stage((FakeStrategy(), FakeStrategy()))
        for (path, secret) in [("/shop", Stage.secret), ("", Self.own), ("/", Self.own)] {
            #expect(try await stage.answer(to: hook(at: path, secret: secret)).status == 401)
        }
    }

    @Test(arguments: ["/blog", "/nobody", "shop", "/shop/"])
    func `answers 404 if no hook is at the path`(_ path: String) async throws {
        let response = try await stage((FakeStrategy(), FakeStrategy())).answer(to: hook(at: path, secret: Self.own))
        #expect(response.status == 404)
        #expect(response.header("Bellpull-Outcome") == "refused")
    }

    @Test func `answers 503 at the hook of a site whose configuration has a mistake`() async throws {
        let stage = try Stage(
            sites: [Hooks.Entry(try .fake(FakeStrategy(), name: "blog"))], unusable: ["shop", "blog/x"])
        for secret in [Self.own, "another secret"] {
            let response = try await stage.answer(to: hook(at: "/shop", secret: secret))
            #expect(response.status == 503)
            #expect(response.header("Retry-After") == "60")
            #expect(response.header("Bellpull-Outcome") == "misconfigured")
            #expect(response.header("Bellpull-Site") == "shop")
            #expect(response.body == #"{"error":"this hook is out of order"}"#)
        }
        #expect(stage.log.levels == [.error, .error])
        #expect(stage.log.lines[0].hasPrefix("delivery outcome=misconfigured status=503 site=shop "))
        for path in ["/blog", "/shop/", "shop", "/SHOP"] {
            #expect(try await stage.answer(to: hook(at: path, secret: Self.own)).status == 404, "\(path)")
        }
        #expect(try await stage.answer(to: hook()).header("Bellpull-Site") == "blog")
    }

    @Test func `records which hook accepted a delivery, and which of its secrets verified it`() async throws {
        let shop = FakeStrategy()
        let secrets = Secrets(try Secret("the new one"), previous: try Secret(Self.own))
        let stage = try Stage(sites: [Hooks.Entry(try .fake(shop, name: "shop"), secrets: secrets)])
        let ledger = stage.ledger.ledger
        _ = try await stage.answer(to: hook(at: "/shop", secret: "the new one"))
        #expect(try ledger.lastUseOfPreviousSecret(by: "shop") == nil)
        var rotated = try hook(Hook.push(after: String(repeating: "a", count: 40)), at: "/shop", secret: Self.own)
        rotated.id = "another"
        #expect(try await stage.answer(to: rotated).status == 200)
        let use = try #require(try ledger.lastUseOfPreviousSecret(by: "shop"))
        #expect(abs(use.timeIntervalSinceNow) < 60)
        #expect(try ledger.lastUseOfPreviousSecret(by: nil) == nil)
    }

    @Test func `answers once for all the sites of a push`() async throws {
        let doors = [Door(), Door()]
        let strategies = doors.map { door in
            FakeStrategy { announced, _, _ in
                door.pass()
                return announced.first.map(DeploymentResult.deployed) ?? .interrupted
            }
        }
        let stage = try Stage(
            sites: zip(["blog", "staging"], strategies).map { Hooks.Entry(try .fake($1, name: $0)) })
        async let answer = stage.answer(to: hook())
        doors[0].open()
        while strategies[0].liveCommit == nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(stage.log.lines.isEmpty)
        doors[1].open()
        let response = try await answer
        #expect(response.status == 200)
        #expect(response.header("Bellpull-Site") == "blog,staging")
        #expect(response.header("Bellpull-Outcome") == "deployed")
    }

    @Test func `names the failed site among several`() async throws {
        let stage = try Stage(sites: [
            Hooks.Entry(try .fake(FakeStrategy(), name: "blog")),
            Hooks.Entry(try .fake(FakeStrategy { _, _, _ in .failed(Failure("no")) }, name: "staging")),
        ])
        let response = try await stage.answer(to: hook())
        #expect(response.status == 500)
        #expect(response.header("Bellpull-Reason") == "staging: no")
    }

    @Test func `answers GitLab 200 to a failure, and reports the failure all the same`() async throws {
        let site = try Site.fake(FakeStrategy { _, _, _ in .failed(Failure("no")) })
        let body = #"""
            {"object_kind":"push","ref":"refs/heads/main","after":"\#(Stage.commit)","checkout_sha":"\#(Stage.commit)",
            "project":{"path_with_namespace":"alice/blog"}}
            """#
        let stage = try Stage(sites: [Hooks.Entry(site)], forge: Forges())
        let params = Params([
            "HTTP_X_GITLAB_EVENT": "Push Hook", "HTTP_X_GITLAB_TOKEN": Stage.secret, "CONTENT_TYPE": "application/json",
        ])
        let response = await stage.answer(to: Request(params: params, body: .success(Data(body.utf8))))
        #expect(response.status == 200)
        #expect(response.header("Bellpull-Outcome") == "failed" && response.header("Bellpull-Reason") == "no")
        #expect(response.body == #"{"error":"no"}"#)
    }

    // MARK: Waiting

    @Test func `answers 202 at once when too many replies wait, and 200 if no wait is needed`() async throws {
        let door = Door()
        let strategy = FakeStrategy(live: commit) { announced, _, _ in
            door.pass()
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let shop = FakeStrategy(live: commit)
        let stage = try Stage(
            sites: [
                Hooks.Entry(try .fake(strategy)),
                Hooks.Entry(try .fake(shop, name: "shop"), secrets: Secrets(try Secret(Self.own))),
            ],
            waitingReplies: 1)
        func push(_ digit: String) -> String { Hook.push(after: String(repeating: digit, count: 40)) }
        async let first = stage.answer(to: hook(push("a")))
        door.awaitArrival()
        let second = try await stage.answer(to: hook(push("b")))
        #expect(second.status == 202 && second.header("Bellpull-Outcome") == "queued")
        let there = try await stage.answer(to: hook(at: "/shop", secret: Self.own))
        #expect(there.status == 200 && there.header("Bellpull-Outcome") == "unchanged")
        door.open()
        let response = try await first
        #expect(response.status == 200 && response.header("Bellpull-Outcome") == "deployed")
    }

    @Test func `lets no reply wait at a capacity of zero`() async throws {
        let site = try Site.fake(FakeStrategy())
        let stage = try Stage(sites: [Hooks.Entry(site)], waitingReplies: 0)
        let response = try await stage.answer(to: hook())
        #expect(response.status == 202 && response.header("Bellpull-Outcome") == "queued")
        stage.dispatcher.waitUntilIdle()
        #expect(try await stage.answer(to: hook()).header("Bellpull-Outcome") == "duplicate")
    }

    // MARK: The ledger

    @Test func `answers 503 if it cannot record a delivery, deploys nothing, and accepts a redelivery`() async throws {
        let strategy = FakeStrategy()
        let stage = try Stage(sites: [Hooks.Entry(try .fake(strategy))])
        let path = stage.ledger.store.path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let response = try await stage.answer(to: hook())
        #expect(response.status == 503)
        #expect(response.header("Retry-After") == "60")
        #expect(response.header("Bellpull-Outcome") == "unrecorded")
        #expect(response.header("Bellpull-Reason") == "cannot open \(path): Is a directory")
        #expect(response.body == #"{"error":"cannot open \#(path): Is a directory\nmove the folder \#(path) away"}"#)
        #expect(strategy.runs.isEmpty)
        #expect(try await stage.answer(to: Hook(event: "ping")).status == 200)
        try FileManager.default.removeItem(atPath: path)
        #expect(try await stage.answer(to: hook()).header("Bellpull-Outcome") == "deployed")
    }

    @Test func `records no delivery that is unverified or concerns no site`() async throws {
        let stage = try Stage()
        for hook in [
            try hook(secret: "another secret"), try hook(at: "/nobody"), Hook(event: "ping"), Hook(event: "issues"),
            Hook(body: Hook.push(repository: "bob/x")), Hook(body: Hook.push(ref: "refs/heads/x")), Hook(body: "{"),
        ] { _ = try await stage.answer(to: hook) }
        stage.dispatcher.waitUntilIdle()
        #expect(!FileManager.default.fileExists(atPath: stage.ledger.store.path))
    }

    // MARK: Changes

    @Test func `uses new settings from the next delivery on`() async throws {
        let stage = try stage((FakeStrategy(), FakeStrategy()))
        let new = Secrets(try Secret("a new secret"), previous: nil)
        let app = FakeStrategy()
        stage.endpoint.change(
            to: WebhookEndpoint.Settings(
                hooks: Hooks(secrets: new, sites: [Hooks.Entry(try .fake(app, name: "app"))]), forge: GitHub(),
                answerWithin: .seconds(60), waitingReplies: 10))
        #expect(try await stage.answer(to: hook()).status == 401)
        #expect(try await stage.answer(to: hook(at: "/shop", secret: Self.own)).status == 404)
        let response = try await stage.answer(to: hook(secret: "a new secret"))
        #expect(response.header("Bellpull-Site") == "app" && response.header("Bellpull-Outcome") == "deployed")
    }

    @Test func `counts the age of the request into the time until the answer`() async throws {
        let door = Door()
        defer { door.open() }
        let stage = try Stage(answerWithin: .seconds(3)) { announced, _ in
            door.pass()
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let request = try hook().request()
        try await Task.sleep(for: .seconds(3))
        let start = ContinuousClock.now
        #expect(await stage.answer(to: request).status == 202)
        #expect(start.duration(to: .now) < .seconds(2))
    }
}
