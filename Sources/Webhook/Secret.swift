internal import Foundation

/// The secret that a forge and Bellpull share. The description is a constant, so that logs never contain a secret.
public struct Secret: Sendable, CustomStringConvertible {
    /// The reason why a text cannot be a secret.
    public enum Weakness: Error, Equatable, Sendable {
        /// The text is empty or only white space.
        case empty
        /// The secret has fewer bytes than `Secret.shortest`.
        case tooShort
        /// The text starts with `whsec_`, as signing tokens do, but the rest is not base64.
        case notBase64
    }

    /// The minimum length of a secret, in bytes. HMAC itself would accept an empty key.
    public static let shortest = 2
    /// The recommended minimum length, in bytes: 16 random bytes have 128 bits of entropy (RFC 2104 §3).
    public static let advisable = 16

    /// Whether the secret has fewer bytes than `advisable`.
    public let isWeak: Bool

    private let sha1: HMACKey
    private let sha256: HMACKey
    /// The key in a signing token.
    private let standard: HMACKey?

    /// Creates a secret from the UTF-8 bytes of `text`, as forges do with the text in their form. If `text` is a
    /// signing token `whsec_<base64>` (Standard Webhooks 1.0.0, "Signature scheme"), the secret also contains the
    /// token's key. The padding at the end of the base64 may be left out.
    public init(_ text: String) throws(Weakness) {
        guard text.contains(where: { !$0.isWhitespace }) else { throw .empty }
        guard text.utf8.count >= Self.shortest else { throw .tooShort }
        guard text.hasPrefix("whsec_") else {
            self.init(key: Array(text.utf8))
            return
        }
        guard let key = Self.decode(base64: String(text.dropFirst(6))) else { throw .notBase64 }
        guard key.count >= Self.shortest else { throw .tooShort }
        self.init(key: Array(text.utf8), standard: Array(key))
    }

    /// Decodes `text`, with or without padding (RFC 4648 §4, §3.2). Without padding, unused bits of the last digit must
    /// be zero (§3.5), so that most tokens that were cut short are found.
    private static func decode(base64 text: String) -> Data? {
        if let data = Data(base64Encoded: text) { return data }
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard !text.hasSuffix("="), let data = Data(base64Encoded: padded), data.base64EncodedString() == padded else {
            return nil
        }
        return data
    }

    /// Creates a secret from its bytes, and from the decoded key if the secret is a signing token.
    init(key: [UInt8], standard: [UInt8]? = nil) {
        isWeak = (standard ?? key).count < Self.advisable
        sha1 = HMACKey(key, .sha1)
        sha256 = HMACKey(key, .sha256)
        self.standard = standard.map { HMACKey($0, .sha256) }
    }

    /// Always the same, so that logs never contain a secret.
    public var description: String { "(secret)" }

    /// Whether the sender of `authentication` knows the secret and, in case of a signature, signed `bytes`.
    ///
    /// - Parameters:
    ///   - authentication: the authentication in the headers.
    ///   - bytes: the bytes that the sender must have signed.
    ///   - now: the current time, for signatures with a timestamp.
    func verifies(_ authentication: Delivery.Authentication, of bytes: Data, at now: Date) -> Bool {
        switch authentication {
        case .signature(let signature):
            key(for: signature.algorithm).digest(of: bytes, isAmong: [signature.digest])
        case .standard(let signature):
            signature.isFresh(at: now)
                && standard?.digest(of: bytes, after: signature.prefix, isAmong: signature.digests) == true
        case .token(let token): sha256.isKey(token.bytes)
        case .missing, .unsignedPing, .unreadable: false
        }
    }

    /// Returns the keyed digest of `body` (RFC 2104); an empty array, equal to no signature, if OpenSSL fails.
    func digest(of body: Data, by algorithm: Signature.Algorithm) -> [UInt8] { key(for: algorithm).digest(of: body) }

    /// Returns the digest of `prefix` followed by `body` by the key of a signing token; `nil` for other secrets.
    func standardDigest(of body: Data, after prefix: String) -> [UInt8]? { standard?.digest(of: body, after: prefix) }

    /// The secret itself, for a forge that sends it as a token.
    var token: String { sha256.text }

    private func key(for algorithm: Signature.Algorithm) -> HMACKey {
        switch algorithm {
        case .sha1: sha1
        case .sha256: sha256
        }
    }
}
