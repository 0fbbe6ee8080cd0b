internal import Foundation

/// The secret that a forge and Bellpull share. It never shows itself: its description is a constant.
public struct Secret: Sendable, CustomStringConvertible {
    /// Why a text cannot be a secret.
    public enum Weakness: Error, Equatable, Sendable {
        /// There is nothing in it but white space.
        case empty
        /// It has fewer bytes than `Secret.shortest`.
        case tooShort
        /// It begins with `whsec_`, as a signing token does, but what follows is not base64.
        case notBase64
    }

    /// The fewest bytes a secret may have. An empty key is a valid one for HMAC, so that this is ours to check.
    public static let shortest = 2
    /// The fewest bytes a secret should have: 16, which is 128 bits if they are random (RFC 2104 §3).
    public static let advisable = 16

    /// Whether this has fewer bytes than `advisable`.
    public let isWeak: Bool

    private let sha1: HMACKey
    private let sha256: HMACKey
    /// The key that a signing token holds.
    private let standard: HMACKey?

    /// The secret whose bytes are the UTF-8 of `text`, as a forge takes what is typed into its form; or the signing token
    /// `whsec_<base64>` (Standard Webhooks 1.0.0, "Signature scheme").
    public init(_ text: String) throws(Weakness) {
        guard text.contains(where: { !$0.isWhitespace }) else { throw .empty }
        guard text.utf8.count >= Self.shortest else { throw .tooShort }
        guard text.hasPrefix("whsec_") else {
            self.init(key: Array(text.utf8))
            return
        }
        guard let key = Data(base64Encoded: String(text.dropFirst(6))) else { throw .notBase64 }
        guard key.count >= Self.shortest else { throw .tooShort }
        self.init(key: Array(text.utf8), standard: Array(key))
    }

    /// The secret of these bytes, and of the key that they hold in base64.
    init(key: [UInt8], standard: [UInt8]? = nil) {
        isWeak = (standard ?? key).count < Self.advisable
        sha1 = HMACKey(key, .sha1)
        sha256 = HMACKey(key, .sha256)
        self.standard = standard.map { HMACKey($0, .sha256) }
    }

    /// Always the same, so that a secret that strays into a log says nothing.
    public var description: String { "(secret)" }

    /// Whether `authentication` is of someone who knows the secret, and who signed `bytes` if it is a signature.
    ///
    /// - Parameters:
    ///   - bytes: what should have been signed.
    ///   - now: the time by which a signature's own is judged, if it has one.
    func isKnown(by authentication: Delivery.Authentication, of bytes: Data, at now: Date) -> Bool {
        switch authentication {
        case .signature(let signature):
            key(for: signature.algorithm).digest(of: bytes, isAmong: [signature.digest])
        case .standard(let signature):
            signature.isFresh(at: now)
                && standard?.digest(of: bytes, after: signature.prefix, isAmong: signature.digests) == true
        case .token(let token): sha256.isKey(token.bytes)
        case .missing, .unreadable: false
        }
    }

    /// The keyed digest of `body` (RFC 2104); empty if OpenSSL could not compute it, which is equal to no signature.
    func digest(of body: Data, by algorithm: Signature.Algorithm) -> [UInt8] { key(for: algorithm).digest(of: body) }

    private func key(for algorithm: Signature.Algorithm) -> HMACKey {
        switch algorithm {
        case .sha1: sha1
        case .sha256: sha256
        }
    }
}
