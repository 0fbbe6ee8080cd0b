import Foundation
import Webhook

/// A body and its signatures, made by `openssl dgst -sha256 -hmac SECRET`.
enum Signing {
    static let body = Data("Hello, World!".utf8)

    /// The signatures of `body` by secret.
    private static let digests = [
        "0123456789abcdef0123": "8550f8fcbd7f0e729ab60836a46a1547fde8473c840676512e095352297fa704",
        "the one before it, longer": "4cb6837b0dbaf98f7df073e9653422a9acec29b8983753574ad3c372e3f8ffac",
    ]

    /// Returns which of `secrets` verifies a body signed with `secret`.
    static func slot(of secret: String, in secrets: Secrets?) -> Secrets.Slot? {
        guard let digest = digests[secret] else { return nil }
        let headers = ["X-Hub-Signature-256": "sha256=\(digest)"]
        let delivery = try? GitHub().delivery { headers["\($0)"] }
        guard let delivery else { return nil }
        return try? secrets?.verify(body, of: delivery, at: Date())?.by
    }

    /// Returns which of `secrets` equals `secret`, as a token of GitLab.
    static func slot(ofToken secret: String, in secrets: Secrets?) -> Secrets.Slot? {
        let delivery = try? GitLab().delivery { "\($0)" == "X-Gitlab-Token" ? secret : nil }
        guard let delivery else { return nil }
        return try? secrets?.verify(body, of: delivery, at: Date())?.by
    }
}
