internal import Foundation

/// The signatures of a delivery by Standard Webhooks 1.0.0 ("Signature scheme", "Webhook headers"): keyed digests of
/// `<id>.<timestamp>.<body>`. One correct digest is enough.
public struct StandardSignature: Sendable, Equatable {
    /// The maximum difference between the time of sending and the current time, in seconds.
    static let tolerance: TimeInterval = 300

    /// The signed text before the body.
    let prefix: String
    /// The time of sending, in seconds since 1970.
    let timestamp: Int64
    /// The HMAC-SHA256 digests.
    let digests: [[UInt8]]

    /// Reads the three headers. Returns `nil` if a header is missing or malformed, or without a signature of version
    /// `v1`. Ignores signatures of other versions.
    init?(id: String?, timestamp: String?, signatures: String) {
        // With a full stop in the id, the end of the id would be ambiguous.
        guard let id, !id.isEmpty, !id.utf8.contains(UInt8(ascii: ".")), let timestamp,
            let seconds = Self.seconds(timestamp)
        else { return nil }
        let digests = signatures.split(separator: " ").compactMap(Self.digest)
        guard !digests.isEmpty else { return nil }
        prefix = "\(id).\(timestamp)."
        self.timestamp = seconds
        self.digests = digests
    }

    /// Whether the time of sending is within `tolerance` of `now`.
    func isFresh(at now: Date) -> Bool {
        abs(now.timeIntervalSince1970 - TimeInterval(timestamp)) <= Self.tolerance
    }

    /// Reads seconds since 1970 in at most twelve digits.
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
