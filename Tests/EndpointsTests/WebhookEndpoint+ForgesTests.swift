import Deploy
import Endpoints
import Foundation
import Git
import Testing

@testable import FastCGI
@testable import Webhook

@Suite struct `a delivery of any forge` {
    private static let github = #"""
        {"ref":"refs/heads/main","after":"\#(Stage.commit)","repository":{"full_name":"alice/blog"}}
        """#
    private static let gitlab = #"""
        {"object_kind":"push","ref":"refs/heads/main","after":"\#(Stage.commit)","checkout_sha":"\#(Stage.commit)",
        "project":{"path_with_namespace":"alice/blog"}}
        """#
    private static let bitbucket = #"""
        {"push":{"changes":[{"new":null,"old":{"type":"branch","name":"old"}},{"old":null,"new":
        {"type":"branch","name":"main","target":{"hash":"\#(Stage.commit)"}}}]},"repository":{"full_name":"alice/blog"}}
        """#
    private static let system = #"""
        {"event_name":"push","ref":"refs/heads/main","after":"\#(Stage.commit)","checkout_sha":"\#(Stage.commit)",
        "project":{"path_with_namespace":"alice/blog"}}
        """#
    private static let bitbucketServer = #"""
        {"repository":{"slug":"blog","project":{"key":"ALICE"}},"changes":[{"ref":{"id":"refs/heads/main"},
        "fromHash":"5f1d","toHash":"\#(Stage.commit)","type":"UPDATE"}]}
        """#

    /// A delivery of each forge, verified by `secret`.
    private func requests(secret: String = Stage.secret) throws -> [Request] {
        let digest = String(try Hook.signature(of: Self.github, secret: secret).dropFirst("sha256=".count))
        let bitbucket = try Hook.signature(of: Self.bitbucket, secret: secret)
        let bitbucketServer = try Hook.signature(of: Self.bitbucketServer, secret: secret)
        return [
            request(
                ["HTTP_X_GITEA_EVENT": "push", "HTTP_X_GITEA_SIGNATURE": digest, "CONTENT_TYPE": json], Self.github),
            request(
                ["HTTP_X_FORGEJO_EVENT": "push", "HTTP_X_FORGEJO_SIGNATURE": digest, "CONTENT_TYPE": json], Self.github),
            request(
                ["HTTP_X_GITLAB_EVENT": "Push Hook", "HTTP_X_GITLAB_TOKEN": secret, "CONTENT_TYPE": json], Self.gitlab),
            request(
                ["HTTP_X_EVENT_KEY": "repo:push", "HTTP_X_HUB_SIGNATURE": bitbucket, "CONTENT_TYPE": json],
                Self.bitbucket),
            request(
                [
                    "HTTP_X_GITHUB_EVENT": "push", "HTTP_X_GOGS_EVENT": "push", "HTTP_X_GOGS_SIGNATURE": digest,
                    "CONTENT_TYPE": json,
                ], Self.github),
            request(
                ["HTTP_X_GITLAB_EVENT": "System Hook", "HTTP_X_GITLAB_TOKEN": secret, "CONTENT_TYPE": json],
                Self.system),
            request(
                [
                    "HTTP_X_EVENT_KEY": "repo:refs_changed", "HTTP_X_HUB_SIGNATURE": bitbucketServer,
                    "CONTENT_TYPE": json,
                ], Self.bitbucketServer),
        ]
    }

    private let json = "application/json"

    private func request(_ params: KeyValuePairs<String, String>, _ body: String) -> Request {
        Request(params: Params(params), body: .success(Data(body.utf8)))
    }

    @Test func `is deployed`() async throws {
        let commit = try #require(Commit(Stage.commit))
        for request in try requests() {
            let stage = try Stage(forge: Forges()) { _, _ in .deployed(commit) }
            let response = await stage.answer(to: request)
            #expect(response.status == 200)
            #expect(response.header("Bellpull-Outcome") == "deployed")
            #expect(response.header("Bellpull-Commit") == Stage.commit)
        }
    }

    @Test func `is refused with the same bytes, whichever forge sent it`() async throws {
        let stage = try Stage(forge: Forges())
        let unproven = try requests(secret: "another secret") + [request([:], "{}")]
        var answers: Set<String> = []
        for request in unproven { answers.insert(await stage.answer(to: request).serialized) }
        #expect(answers.count == 1)
        #expect(answers.first?.hasPrefix("Status: 401") == true)
    }

    @Test func `is answered as a test if it is Bitbucket Data Center's, which is not signed`() async throws {
        let stage = try Stage(forge: Forges())
        let ping: KeyValuePairs = [
            "HTTP_X_EVENT_KEY": "diagnostics:ping", "HTTP_X_REQUEST_ID": "one", "CONTENT_TYPE": json,
        ]
        for body in [#"{"test": true}"#, "", "x"] {
            let response = await stage.answer(to: request(ping, body))
            #expect(response.status == 200)
            #expect(response.header("Bellpull-Outcome") == "ping")
            #expect(
                response.header("Bellpull-Reason")
                    == "the forge does not sign its tests, so the secret was not checked")
        }
        let wrong = await stage.answer(
            to: request(
                [
                    "HTTP_X_EVENT_KEY": "diagnostics:ping", "HTTP_X_HUB_SIGNATURE": "sha256=00", "CONTENT_TYPE": json,
                ],
                "{}"))
        #expect(wrong.status == 401)
        let tooLarge = await stage.answer(
            to: Request(params: Params(ping), body: .failure(.tooLarge(limit: 1))))
        #expect(tooLarge.status == 413)
    }

    @Test func `is refused in the same bytes if no known forge sends its headers, and the log names them`() async throws
    {
        let signature = try Hook.signature(of: "{}")
        let unknown: [(KeyValuePairs<String, String>, String)] = [
            ([:], "none names an event or a signature"),
            (["HTTP_USER_AGENT": "curl", "HTTP_HOST": "x", "X_EVENT": "x"], "none names an event or a signature"),
            (
                ["HTTP_X_GITEE_EVENT": "Push Hook", "HTTP_X_GITEE_TOKEN": Stage.secret, "HTTP_X_GITEE_PING": "false"],
                "X-Gitee-Event, X-Gitee-Token"
            ),
            (["HTTP_X_HUB_SIGNATURE_256": signature, "CONTENT_TYPE": "text/plain"], "X-Hub-Signature-256"),
            (["HTTP_WEBHOOK_ID": "1", "HTTP_WEBHOOK_SIGNATURE": "v1,x"], "Webhook-Id, Webhook-Signature"),
            (["HTTP_EVENT_\u{1b}\n": "x"], #"Event-\u{1b}\u{a}"#),
        ]
        for (params, names) in unknown {
            let stage = try Stage(forge: Forges())
            let response = await stage.answer(to: request(params, "{}"))
            #expect(
                response.serialized == """
                    Status: 401 Unauthorized\r
                    Content-Type: application/json\r
                    Content-Length: 45\r
                    Bellpull-Outcome: rejected\r
                    \r
                    {"error":"the signature is missing or wrong"}
                    """)
            let line = try #require(stage.log.lines.first)
            #expect(line.hasSuffix(#"reason="no known forge sends these headers: \#(names)""#), "\(line)")
            #expect(!line.contains(Stage.secret) && stage.log.lines.count == 1)
        }
    }

    @Test func `of an unknown forge with an unreadable body is refused for the body, as any other`() async throws {
        let stage = try Stage(forge: Forges())
        let response = await stage.answer(to: Request(params: Params([:]), body: .failure(.tooLarge(limit: 1))))
        #expect(response.status == 413)
    }
}
