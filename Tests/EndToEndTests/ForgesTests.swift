import Foundation
import Testing

/// A push as each forge sends it, built from its documentation.
struct ForgePush: CustomTestStringConvertible, Sendable {
    let forge: String
    let delivery: @Sendable (_ commit: String) throws -> GitHubDelivery
    /// The header that proves it.
    let proof: String

    var testDescription: String { forge }

    static let all = [
        ForgePush(forge: "github", delivery: { try .push(of: $0) }, proof: "X-Hub-Signature-256"),
        ForgePush(
            forge: "gitea",
            delivery: { try resembling(GitHubDelivery.push(of: $0), header: "Gitea") }, proof: "X-Gitea-Signature"),
        ForgePush(
            forge: "forgejo",
            delivery: { try resembling(GitHubDelivery.push(of: $0), header: "Forgejo") }, proof: "X-Forgejo-Signature"),
        ForgePush(
            forge: "gitlab",
            delivery: { commit in
                try made(
                    of: [
                        "object_kind": "push", "ref": "refs/heads/main", "after": commit, "checkout_sha": commit,
                        "project": ["path_with_namespace": "alice/blog"],
                    ],
                    [
                        ("X-Gitlab-Event", "Push Hook"), ("X-Gitlab-Token", GitHubDelivery.secret),
                        ("Idempotency-Key", UUID().uuidString),
                    ])
            }, proof: "X-Gitlab-Token"),
        ForgePush(
            forge: "bitbucket",
            delivery: { commit in
                let target: [String: Any] = ["type": "branch", "name": "main", "target": ["hash": commit]]
                let delivery = try made(
                    of: [
                        "repository": ["full_name": "alice/blog"], "push": ["changes": [["new": target]]],
                    ], [("X-Event-Key", "repo:push"), ("X-Request-UUID", UUID().uuidString)])
                let digest = try GitHubDelivery.digest("sha256", of: delivery.body)
                return delivery.adding("X-Hub-Signature", "sha256=\(digest)")
            }, proof: "X-Hub-Signature"),
    ]

    private static func resembling(_ delivery: GitHubDelivery, header: String) throws -> GitHubDelivery {
        delivery.adding("X-\(header)-Event", "push").adding("X-\(header)-Delivery", delivery["X-GitHub-Delivery"])
            .adding("X-\(header)-Signature", try GitHubDelivery.digest("sha256", of: delivery.body))
    }

    private static func made(of payload: [String: Any], _ headers: [(String, String)]) throws -> GitHubDelivery {
        let body = try JSONSerialization.data(withJSONObject: payload, options: .sortedKeys)
        var delivery = try GitHubDelivery(event: "push", body: body)
        delivery.headers = [("Content-Type", "application/json")] + headers
        return delivery
    }
}

@Suite struct `a push from each forge` {
    @Test(arguments: ForgePush.all) func `deploys, and does nothing with one bit of its proof changed`(
        _ push: ForgePush
    ) throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let delivery = try push.delivery(try server.forge.push("second"))
        let before = try server.site("blog").state
        var proof = Array(delivery[push.proof].utf8)
        proof[proof.count - 1] ^= 1
        let forged = delivery.with(push.proof, String(decoding: proof, as: UTF8.self))

        let refused = try server.post(forged)
        #expect(refused.status == 401)
        #expect(refused["Bellpull-Outcome"] == "rejected")
        #expect(try server.site("blog").state == before)
        #expect(try server.ledger("SELECT count(*) FROM delivery") == ["0"])

        let reply = try server.post(delivery)
        #expect(reply.status == 200)
        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try server.ledger("SELECT forge FROM delivery") == [push.forge])
    }

    @Test func `of GitLab's is answered 200 when it fails, so that the hook stays on`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        try server.site("blog").write("edited on the server", to: "index.html")
        let push = try #require(ForgePush.all.first { $0.forge == "gitlab" })
        let reply = try server.post(push.delivery(try server.forge.push("second")))
        #expect(reply.status == 200)
        #expect(reply["Bellpull-Outcome"] == "failed")
    }
}
