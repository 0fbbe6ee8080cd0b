import TestSupport
import Endpoints
import FastCGI
import Foundation
import Testing
import Webhook

@testable import Deploy

@Suite struct `the router` {
    private let stage: Stage

    init() throws { stage = try Stage() }

    private func answer(to request: Request, by other: Stage? = nil) async -> Response {
        await withCheckedContinuation { continuation in
            Router([.hook: (other ?? stage).endpoint]).respond(
                to: request, through: Exchange { continuation.resume(returning: $0) })
        }
    }

    private func answer(to hook: Hook) async throws -> Response { await answer(to: try hook.request()) }

    @Test(arguments: ["", "/"])
    func `passes a POST to the mount to the webhook`(_ path: String) async throws {
        let response = try await answer(to: Hook(event: "ping", path: path))
        #expect(response.status == 200)
        #expect(response.header("Bellpull-Outcome") == "ping")
    }

    @Test func `passes a request without a path like a request to the mount`() async throws {
        let response = await answer(to: Request(params: Params(["REQUEST_METHOD": "POST"])))
        #expect(response.status == 401)
    }

    @Test func `passes a POST at a site's path to the site's own hook, and nothing else`() async throws {
        let secret = "a secret of its own"
        let site = Hooks.Entry(try .fake(FakeStrategy(), name: "shop"), secrets: Secrets(try Secret(secret)))
        let stage = try Stage(sites: [site])
        let signature = try Hook.signature(of: Hook.push(), secret: secret)
        var hook = Hook(path: "/shop", signatures: (sha256: signature, sha1: ""))
        #expect(try await answer(to: hook.request(), by: stage).header("Bellpull-Site") == "shop")
        hook.method = "GET"
        #expect(try await answer(to: hook.request(), by: stage).status == 405)
        hook.path = "/blog"
        #expect(try await answer(to: hook.request(), by: stage).status == 404)
    }

    @Test(
        arguments: [
            "/x", "x", "foo", "/../x", "/..", "..", "/.", "//", "///", "/%2e%2e/x", "/%2F", "/?", "/ ", " /", "/\n",
            "/\0",
            "\\", "/github", "/é", "/\u{202e}", "/" + String(repeating: "x", count: 10_000),
        ], ["POST", "GET"])
    func `answers 404 to any other path`(_ path: String, method: String) async throws {
        let response = try await answer(to: Hook(event: "ping", method: method, path: path))
        #expect(response.status == 404)
        #expect(response.body == #"{"error":"no hook is at this path"}"#)
        #expect(response.header("Bellpull-Outcome") == "refused")
        #expect(response.header("Bellpull-Reason") == "no hook is at this path")
    }

    @Test(arguments: [("/hook", "ping"), ("/hook/", "ping"), ("/hook/shop", "rejected"), ("/hook/blog", "refused")])
    func `takes the mount off the path if the web server names the mount`(path: String, outcome: String) async throws {
        let site = Hooks.Entry(
            try .fake(FakeStrategy(), name: "shop"), secrets: Secrets(try Secret("a secret of its own")))
        let stage = try Stage(sites: [site])
        let response = await answer(to: try Hook(event: "ping", path: path, mount: "/hook").request(), by: stage)
        #expect(response.header("Bellpull-Outcome") == outcome)
    }

    @Test(arguments: [
        "", "/", "/hooks", "/hook.html", "/ho", "/shop", "hook", "/x/hook", "/HOOK", "/hook\u{301}", "outside",
    ])
    func `answers 404 outside the mount that the web server names`(path: String) async throws {
        #expect(try await answer(to: Hook(event: "ping", path: path, mount: "/hook")).status == 404)
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "post", "POST ", "POSTS", ""])
    func `answers 405 to another method, and names the method`(_ method: String) async throws {
        let response = try await answer(to: Hook(event: "ping", method: method, path: "/"))
        #expect(response.status == 405)
        #expect(response.header("Allow") == "POST")
        #expect(response.body == #"{"error":"deliveries use the method POST"}"#)
        #expect(response.header("Bellpull-Outcome") == "refused")
    }

    @Test func `answers 400 to two paths or two methods`() async {
        let paths = await answer(to: Request(params: Params(["PATH_INFO": "/", "PATH_INFO": "/x"])))
        #expect(paths.status == 400)
        #expect(paths.body == #"{"error":"the web server sent PATH_INFO twice"}"#)
        let methods = await answer(to: Request(params: Params(["REQUEST_METHOD": "POST", "REQUEST_METHOD": "GET"])))
        #expect(methods.status == 400)
        #expect(methods.body == #"{"error":"the web server sent REQUEST_METHOD twice"}"#)
        let endpoints = await answer(
            to: Request(params: Params(["BELLPULL_ENDPOINT": "hook", "BELLPULL_ENDPOINT": "pages"])))
        #expect(endpoints.status == 400)
    }

    @Test func `takes the hook that the web server names`() async {
        let request = Request(params: Params(["REQUEST_METHOD": "POST", "BELLPULL_ENDPOINT": "hook"]))
        #expect(await answer(to: request).status == 401)
    }

    @Test(arguments: ["pages", "metrics", "public", "Hook", "hook ", "", "x"], ["GET", "POST"])
    func `answers 404 to an endpoint of another socket`(_ name: String, method: String) async {
        let request = Request(params: Params(["REQUEST_METHOD": method, "BELLPULL_ENDPOINT": name, "PATH_INFO": "/x"]))
        let response = await answer(to: request)
        #expect(response.status == 404)
        // An empty parameter is a missing one.
        #expect(
            response.header("Bellpull-Reason")
                == (name.isEmpty ? "no hook is at this path" : "this socket has no such endpoint"))
    }
}
