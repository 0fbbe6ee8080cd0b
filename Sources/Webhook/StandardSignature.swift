internal import Foundation

/// The signatures of a delivery by Standard Webhooks 1.0.0 ("Signature scheme", "Webhook headers"): keyed digests of
/// `<id>.<timestamp>.<body>`, of which one suffices.
public struct StandardSignature: Sendable, Equatable {
    /// How far the time of sending may be from ours, either way.
    static let tolerance: TimeInterval = 300

    /// What is signed before the body.
    let prefix: String
    /// When it was sent, in seconds since 1970.
    let timestamp: Int64
    /// HMAC-SHA256 digests.
    let digests: [[UInt8]]

    /// Reads the three headers; `nil` if one is missing or holds something else, or if there is no signature of
    /// version `v1`. Signatures of other versions are passed over.
    init?(id: String?, timestamp: String?, signatures: String) {
        // A full stop in the id would leave open where it ends.
        guard let id, !id.isEmpty, !id.utf8.contains(UInt8(ascii: ".")), let timestamp,
            let seconds = Self.seconds(timestamp)
        else { return nil }
        let digests = signatures.split(separator: " ").compactMap(Self.digest)
        guard !digests.isEmpty else { return nil }
        prefix = "\(id).\(timestamp)."
        self.timestamp = seconds
        self.digests = digests
    }

    /// Whether it was sent about `now`.
    func isFresh(at now: Date) -> Bool {
        abs(now.timeIntervalSince1970 - TimeInterval(timestamp)) <= Self.tolerance
    }

    /// Seconds since 1970 in at most twelve digits.
    private static func seconds(_ text: String) -> Int64? {
        let isNumber = text.utf8.count <= 12 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
        return isNumber ? Int64(text) : nil
    }

    private static func digest(_ signature: Substring) -> [UInt8]? {
        guard signature.hasPrefix("v1,"), let digest = Data(base64Encoded: String(signature.dropFirst(3))),
            digest.count == Signature.Algorithm.sha256.digestLength
        else { return nil }
        return Array(digest)
    }
}
