public import Foundation

/// A delivery as a forge sends it, for tests of a hook: headers with a signature or a token, and a body in JSON.
public struct OutgoingDelivery: Sendable {
    /// What a delivery announces.
    public enum Message: Sendable {
        /// A test of the hook.
        case ping
        /// A branch or tag moved to a commit. `before` is the commit before the push; `nil` for a new ref.
        case push(ref: String, commit: String, before: String?)
    }

    /// The error that a forge has no test of the hook: its button "Test" sends a push.
    public struct NoPing: Error, Equatable, Sendable {}

    /// The id of the delivery.
    public let id: String
    /// The headers. GitLab's `X-Gitlab-Token` is the secret itself.
    public let headers: [(name: String, value: String)]
    /// The body.
    public let body: Data

    /// Creates a delivery.
    ///
    /// - Parameters:
    ///   - message: what the delivery announces.
    ///   - forge: the forge to send like.
    ///   - repository: the repository, such as `alice/blog`.
    ///   - secret: signs the body, or is sent as the token.
    ///   - id: the id of the delivery: 1 to 128 letters, digits and `-._:`.
    ///   - now: the time of the delivery, for signatures with a timestamp.
    /// - Throws: `NoPing` if `message` is a ping, and the forge has none.
    public init(
        _ message: Message, from forge: ForgeName, of repository: String, secret: Secret,
        id: String = UUID().uuidString.lowercased(), at now: Date = Date()
    ) throws(NoPing) {
        guard let event = forge.event(for: message) else { throw NoPing() }
        let body = OutgoingPayload(message, repository: repository).data(for: forge)
        self.id = id
        self.body = body
        headers =
            [("Content-Type", "application/json"), ("User-Agent", "bellpull-deliver"), (forge.eventHeader.text, event)]
            + forge.identity(id) + forge.proof(of: body, id: id, secret: secret, at: now)
    }
}

extension ForgeName {
    /// The forge's word for the event; `nil` for a ping of a forge without pings.
    fileprivate func event(for message: OutgoingDelivery.Message) -> String? {
        switch (self, message) {
        case (.github, .ping): "ping"
        case (.bitbucketServer, .ping): "diagnostics:ping"
        case (_, .ping): nil
        case (.gitlab, .push(let ref, _, _)): ref.hasPrefix("refs/tags/") ? "Tag Push Hook" : "Push Hook"
        case (.bitbucket, .push): "repo:push"
        case (.bitbucketServer, .push): "repo:refs_changed"
        case (_, .push): "push"
        }
    }

    /// The headers with the id of the delivery.
    fileprivate func identity(_ id: String) -> [(name: String, value: String)] {
        let name =
            switch self {
            case .github: "X-GitHub-Delivery"
            case .gitea: "X-Gitea-Delivery"
            case .forgejo: "X-Forgejo-Delivery"
            case .gogs: "X-Gogs-Delivery"
            case .gitlab: "Idempotency-Key"
            case .bitbucket: "X-Request-UUID"
            case .bitbucketServer: "X-Request-Id"
            }
        return [(name, id)]
    }

    /// The headers that show that the sender knows the secret.
    fileprivate func proof(
        of body: Data, id: String, secret: Secret, at now: Date
    ) -> [(name: String, value: String)] {
        let sha256 = Hexadecimal.text(secret.digest(of: body, by: .sha256))
        switch self {
        case .github:
            let sha1 = Hexadecimal.text(secret.digest(of: body, by: .sha1))
            return [("X-Hub-Signature", "sha1=\(sha1)"), ("X-Hub-Signature-256", "sha256=\(sha256)")]
        case .gitea: return [("X-Gitea-Signature", sha256)]
        case .forgejo: return [("X-Forgejo-Signature", sha256)]
        case .gogs: return [("X-Gogs-Signature", sha256)]
        case .bitbucket, .bitbucketServer: return [("X-Hub-Signature", "sha256=\(sha256)")]
        case .gitlab:
            // A signing token signs; any other secret is sent as it is.
            let timestamp = String(Int64(now.timeIntervalSince1970))
            guard let digest = secret.standardDigest(of: body, after: "\(id).\(timestamp).") else {
                return [("X-Gitlab-Token", secret.token)]
            }
            return [
                ("webhook-id", id), ("webhook-timestamp", timestamp),
                ("webhook-signature", "v1,\(Data(digest).base64EncodedString())"),
            ]
        }
    }
}

extension StaticString {
    fileprivate var text: String { withUTF8Buffer { String(decoding: $0, as: UTF8.self) } }
}
