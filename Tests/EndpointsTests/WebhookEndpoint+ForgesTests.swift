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

    /// A delivery of each forge, verified by `secret`.
    private func requests(secret: String = Stage.secret) throws -> [Request] {
        let digest = String(try Hook.signature(of: Self.github, secret: secret).dropFirst("sha256=".count))
        let bitbucket = try Hook.signature(of: Self.bitbucket, secret: secret)
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
}
