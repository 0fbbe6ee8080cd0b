import Foundation
import TestSupport

/// A webhook request of GitHub, or of another forge with its own headers.
///
/// The signatures come from `openssl dgst`, and not from the code under test.
struct GitHubDelivery {
    static let secret = "It's a Secret to Everybody, and a long one"

    var headers: [(name: String, value: String)]
    var body: Data

    /// Makes a delivery of `headers` and `body`, without further headers.
    init(headers: [(name: String, value: String)], body: Data) {
        self.headers = headers
        self.body = body
    }

    /// Makes a delivery of `body` with both signatures, SHA-1 and SHA-256.
    init(event: String, body: Data, id: String = UUID().uuidString, secret: String = Self.secret) throws {
        self.body = body
        headers = [
            ("User-Agent", "GitHub-Hookshot/044aadd"), ("Accept", "*/*"), ("Content-Type", "application/json"),
            ("X-GitHub-Delivery", id), ("X-GitHub-Event", event),
            ("X-Hub-Signature", "sha1=\(try Self.digest("sha1", of: body, secret))"),
            ("X-Hub-Signature-256", "sha256=\(try Self.digest("sha256", of: body, secret))"),
        ]
    }

    init(event: String, body: String, id: String = UUID().uuidString, secret: String = Self.secret) throws {
        try self.init(event: event, body: Data(body.utf8), id: id, secret: secret)
    }

    /// Returns a push that moved `ref` to `commit`.
    static func push(
        of commit: String, ref: String = "refs/heads/main", repository: String = "alice/blog", deleted: Bool = false,
        before: String? = nil, id: String = UUID().uuidString
    ) throws -> GitHubDelivery {
        let body = try payload(of: commit, ref: ref, repository: repository, deleted: deleted, before: before)
        return try GitHubDelivery(event: "push", body: body, id: id)
    }

    /// Returns the push as a form, GitHub's default.
    static func form(of commit: String) throws -> GitHubDelivery {
        try GitHubDelivery(event: "push", body: ForgePush.form(of: payload(of: commit)))
            .with("Content-Type", "application/x-www-form-urlencoded")
    }

    /// Returns the members of GitHub's payload that Bellpull reads, and members that could confuse a parser.
    static func payload(
        of commit: String, ref: String = "refs/heads/main", repository: String = "alice/blog", deleted: Bool = false,
        before: String? = nil
    ) throws -> Data {
        let zeros = String(repeating: "0", count: 40)
        let payload: [String: Any] = [
            "ref": ref, "before": deleted ? commit : before ?? zeros, "after": deleted ? zeros : commit,
            "created": false, "deleted": deleted,
            "forced": false, "base_ref": NSNull(),
            "repository": [
                "id": 186_853_002, "name": "blog", "full_name": repository, "private": false, "size": 0.5,
                "owner": ["name": "alice", "login": "alice", "full_name": "Alice Ünicode", "id": 21_031_067],
            ],
            "pusher": ["name": "alice", "email": "alice@example.org"],
            "commits": [
                ["id": commit, "message": "Grüße \u{1F514} \"quoted\"\n\tand more", "ref": "refs/heads/other"]
            ],
        ]
        return try JSONSerialization.data(withJSONObject: payload, options: .sortedKeys)
    }

    /// Returns the delivery with a single header `name`, or without the header if `value` is `nil`.
    func with(_ name: String, _ value: String?) -> GitHubDelivery {
        var changed = self
        changed.headers.removeAll { $0.name == name }
        if let value { changed.headers.append((name, value)) }
        return changed
    }

    /// The delivery without its signatures.
    var unsigned: GitHubDelivery { with("X-Hub-Signature", nil).with("X-Hub-Signature-256", nil) }

    /// Returns the delivery with another header, even if the name repeats.
    func adding(_ name: String, _ value: String) -> GitHubDelivery {
        var changed = self
        changed.headers.append((name, value))
        return changed
    }

    /// Returns the delivery with another body, and unchanged signatures.
    func with(body: String) -> GitHubDelivery {
        var changed = self
        changed.body = Data(body.utf8)
        return changed
    }

    /// The value of the header `name`.
    subscript(_ name: String) -> String { headers.first { $0.name == name }?.value ?? "" }

    /// Returns the HMAC of `body` in hexadecimal, computed by `openssl`.
    static func digest(_ algorithm: String, of body: Data, _ secret: String = Self.secret) throws -> String {
        try digest(of: body, ["-\(algorithm)", "-hmac", secret])
    }

    /// Returns the HMAC of `content` under the key in `token` (Standard Webhooks 1.0.0, "Signature scheme").
    static func standardDigest(of content: Data, token: String) throws -> Data {
        guard let key = Data(base64Encoded: String(token.dropFirst("whsec_".count))) else {
            throw Trouble("no signing token: \(token)")
        }
        let hexadecimal = key.map { String(format: "%02x", $0) }.joined()
        let digits = try digest(of: content, ["-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(hexadecimal)"])
        return Data(
            stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) })
    }

    private static func digest(of content: Data, _ options: [String]) throws -> String {
        let folder = try TemporaryFolder()
        try content.write(to: URL(fileURLWithPath: folder("content")))
        let command = ["openssl", "dgst"] + options + ["-r", folder("content")]
        let result = try Program.run(command, environment: Repository.environment(home: folder.path))
        guard result.ending == .exited(0) else { throw Trouble("openssl does not sign: \(result.errors)") }
        return String(result.output.prefix { $0 != " " })
    }
}
