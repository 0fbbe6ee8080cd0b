import Foundation
import Testing

/// The format of a forge's pushes and signatures, built from the forge's documentation.
struct ForgePush: CustomTestStringConvertible, Sendable {
    /// The content of a push.
    struct News {
        var commit: String
        var ref = "refs/heads/main"
        var repository = "alice/blog"
        var isDeletion = false
    }

    let testDescription: String
    /// Bellpull's name for the forge.
    let forge: String
    /// The forge's name for a push, and the headers for event, delivery id and signature or token.
    let push: String
    let event: String
    let id: String
    let proof: String
    /// Whether the forge sends a form, and signs only the payload.
    var isForm = false
    let payload: @Sendable (News) -> [String: Any]
    /// Returns the signature or token for a payload.
    let prove: @Sendable (_ payload: Data, _ secret: String, _ id: String, _ time: String) throws -> String
    /// Returns further headers: those of compatible forges, and a signed time.
    var besides: @Sendable (_ proof: String, _ id: String, _ time: String) -> [(String, String)] = { _, _, _ in [] }

    /// Whether the header `proof` depends on the body.
    var signs: Bool { proof != "X-Gitlab-Token" }

    /// Returns the delivery of `news`.
    func delivery(of news: News, secret: String) throws -> GitHubDelivery {
        try delivery(of: JSONSerialization.data(withJSONObject: payload(news), options: .sortedKeys), secret: secret)
    }

    /// Returns a delivery of `payload`, sent at `time`.
    func delivery(
        of payload: Data, secret: String, id: String = UUID().uuidString, time: Date = Date()
    ) throws -> GitHubDelivery {
        let time = String(Int(time.timeIntervalSince1970))
        let value = try prove(payload, secret, id, time)
        let type = isForm ? "application/x-www-form-urlencoded" : "application/json"
        let headers = [("Content-Type", type), (event, push), (self.id, id), (proof, value)]
        return GitHubDelivery(
            headers: headers + besides(value, id, time), body: isForm ? Self.form(of: payload) : payload)
    }

    /// Returns a form with the field `payload`.
    static func form(of payload: Data) -> Data {
        let value = payload.flatMap { byte in
            byte.isAlphanumeric ? [byte] : Array(String(format: "%%%02X", byte).utf8)
        }
        return Data("payload=".utf8) + value
    }
}

extension ForgePush {
    static let all = [
        github, gitea, gitea.asForm, forgejo, forgejo.asForm, gogs, gogs.asForm, gitlab, signingGitLab, systemGitLab,
        bitbucket, bitbucketServer,
    ]

    static let github = ForgePush(
        testDescription: "GitHub", forge: "github", push: "push", event: "X-GitHub-Event", id: "X-GitHub-Delivery",
        proof: "X-Hub-Signature-256", payload: resemblingGitHub,
        prove: { payload, secret, _, _ in "sha256=\(try GitHubDelivery.digest("sha256", of: payload, secret))" })

    static let gitea = ForgePush(
        testDescription: "Gitea", forge: "gitea", push: "push", event: "X-Gitea-Event", id: "X-Gitea-Delivery",
        proof: "X-Gitea-Signature", payload: resemblingGitHub,
        prove: { payload, secret, _, _ in try GitHubDelivery.digest("sha256", of: payload, secret) },
        besides: { proof, id, _ in
            [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", id), ("X-Hub-Signature-256", "sha256=\(proof)")]
        })

    static let forgejo = ForgePush(
        testDescription: "Forgejo", forge: "forgejo", push: "push", event: "X-Forgejo-Event", id: "X-Forgejo-Delivery",
        proof: "X-Forgejo-Signature", payload: resemblingGitHub, prove: gitea.prove,
        besides: { proof, id, time in
            [("X-Gitea-Event", "push"), ("X-Gitea-Delivery", id), ("X-Gitea-Signature", proof)]
                + gitea.besides(proof, id, time)
        })

    static let gogs = ForgePush(
        testDescription: "Gogs", forge: "gogs", push: "push", event: "X-Gogs-Event", id: "X-Gogs-Delivery",
        proof: "X-Gogs-Signature", payload: resemblingGitHub, prove: gitea.prove,
        besides: { _, id, _ in [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", id)] })

    static let gitlab = ForgePush(
        testDescription: "GitLab, by token", forge: "gitlab", push: "Push Hook", event: "X-Gitlab-Event",
        id: "Idempotency-Key", proof: "X-Gitlab-Token",
        payload: { news in
            let after = news.isDeletion ? String(repeating: "0", count: 40) : news.commit
            return [
                "object_kind": "push", "ref": news.ref, "after": after, "checkout_sha": news.commit,
                "project": ["path_with_namespace": news.repository],
            ]
        }, prove: { _, secret, _, _ in secret })

    /// Signs according to Standard Webhooks 1.0.0, with a secret `whsec_…`.
    static let signingGitLab = ForgePush(
        testDescription: "GitLab, by signature", forge: "gitlab", push: "Push Hook", event: "X-Gitlab-Event",
        id: "webhook-id", proof: "webhook-signature", payload: gitlab.payload,
        prove: { payload, secret, id, time in
            let digest = try GitHubDelivery.standardDigest(of: Data("\(id).\(time).".utf8) + payload, token: secret)
            return "v1,\(digest.base64EncodedString())"
        }, besides: { _, _, time in [("webhook-timestamp", time)] })

    /// A system hook, whose payload has no `object_kind`.
    static let systemGitLab = ForgePush(
        testDescription: "GitLab, by a system hook", forge: "gitlab", push: "System Hook", event: "X-Gitlab-Event",
        id: "Idempotency-Key", proof: "X-Gitlab-Token",
        payload: { news in
            var payload = gitlab.payload(news)
            payload["object_kind"] = nil
            payload["event_name"] = news.ref.hasPrefix("refs/tags/") ? "tag_push" : "push"
            return payload
        }, prove: gitlab.prove)

    static let bitbucketServer = ForgePush(
        testDescription: "Bitbucket Data Center", forge: "bitbucket-server", push: "repo:refs_changed",
        event: "X-Event-Key", id: "X-Request-Id", proof: "X-Hub-Signature",
        payload: { news in
            let name = news.repository.split(separator: "/").map(String.init)
            let zeros = String(repeating: "0", count: 40)
            return [
                "repository": ["slug": name[1], "project": ["key": name[0].uppercased()]],
                "changes": [
                    [
                        "ref": ["id": news.ref], "type": news.isDeletion ? "DELETE" : "UPDATE",
                        "fromHash": news.commit, "toHash": news.isDeletion ? zeros : news.commit,
                    ]
                ],
            ]
        }, prove: github.prove)

    static let bitbucket = ForgePush(
        testDescription: "Bitbucket", forge: "bitbucket", push: "repo:push", event: "X-Event-Key", id: "X-Request-UUID",
        proof: "X-Hub-Signature",
        payload: { news in
            let parts = news.ref.split(separator: "/", maxSplits: 2).map(String.init)
            let there: [String: Any] = [
                "type": parts[1] == "tags" ? "tag" : "branch", "name": parts[2], "target": ["hash": news.commit],
            ]
            let change = news.isDeletion ? ["old": there, "new": NSNull()] : ["old": NSNull(), "new": there]
            return ["repository": ["full_name": news.repository], "push": ["changes": [change]]]
        }, prove: github.prove)

    private var asForm: ForgePush {
        ForgePush(
            testDescription: "\(testDescription), as a form", forge: forge, push: push, event: event, id: id,
            proof: proof, isForm: true, payload: payload, prove: prove, besides: besides)
    }

    private static let resemblingGitHub: @Sendable (News) -> [String: Any] = { news in
        let after = news.isDeletion ? String(repeating: "0", count: 40) : news.commit
        return [
            "ref": news.ref, "after": after, "deleted": news.isDeletion, "repository": ["full_name": news.repository],
        ]
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
