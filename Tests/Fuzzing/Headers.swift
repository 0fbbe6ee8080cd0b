internal import Foundation

@testable internal import Webhook

private let names = [
    "X-GitHub-Event", "X-GitHub-Delivery", "X-Hub-Signature-256", "X-Hub-Signature", "X-Gitea-Event",
    "X-Gitea-Delivery", "X-Gitea-Signature", "X-Forgejo-Event", "X-Forgejo-Delivery", "X-Forgejo-Signature",
    "X-Gitlab-Event", "X-Gitlab-Token", "Idempotency-Key", "webhook-id", "webhook-timestamp", "webhook-signature",
    "X-Event-Key", "X-Request-UUID", "Content-Type", "Content-Encoding", "X-Gogs-Event", "X-Gogs-Delivery",
    "X-Gogs-Signature", "X-Request-Id",
]
private let secrets = Secrets(Secret(key: Array("a secret that no input has".utf8), standard: Array(0...31)))
private let body = Data("payload=%7B%7D".utf8)

/// Reads header fields, one line per field in the order of `names`. The fields must never verify a delivery.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let lines = UnsafeBufferPointer(start: bytes, count: count)
        .split(separator: UInt8(ascii: "\n"), maxSplits: names.count, omittingEmptySubsequences: false)
    var fields: [String: String] = [:]
    for (name, line) in zip(names, lines) where !line.isEmpty { fields[name] = String(decoding: line, as: UTF8.self) }
    for forge in [nil] + ForgeName.allCases.map(Optional.some) {
        guard let delivery = try? Forges(only: forge).delivery({ fields["\($0)"] }) else { continue }
        let verified = try? secrets.verify(body, of: delivery, at: Date(timeIntervalSince1970: 1_614_265_330))
        precondition(verified == nil, "verified without the secret")
        let id = delivery.id ?? ""
        precondition(
            id.utf8.count <= 128 && id.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "the delivery id is not plain")
    }
    return 0
}
