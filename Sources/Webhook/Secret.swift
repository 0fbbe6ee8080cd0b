internal import COpenSSL
public import Foundation

/// The secret that a forge and Bellpull share. It never shows itself: its description is a constant.
public struct Secret: Sendable, CustomStringConvertible {
    /// Why a text cannot be a secret.
    public enum Weakness: Error, Equatable, Sendable {
        /// There is nothing in it but white space.
        case empty
        /// It has fewer bytes than `Secret.shortest`.
        case tooShort
    }

    /// The fewest bytes a secret may have. An empty key is a valid one for HMAC, so that this is ours to check.
    public static let shortest = 2
    /// The fewest bytes a secret should have: 16, which is 128 bits if they are random (RFC 2104 §3).
    public static let advisable = 16

    /// Whether this has fewer bytes than `advisable`.
    public let isWeak: Bool

    private let sha1: HMACKey
    private let sha256: HMACKey

    /// The secret whose bytes are the UTF-8 of `text`, as a forge takes what is typed into its form.
    public init(_ text: String) throws(Weakness) {
        guard text.contains(where: { !$0.isWhitespace }) else { throw .empty }
        guard text.utf8.count >= Self.shortest else { throw .tooShort }
        self.init(key: Array(text.utf8))
    }

    /// The secret of these bytes.
    init(key: [UInt8]) {
        isWeak = key.count < Self.advisable
        sha1 = HMACKey(key, .sha1)
        sha256 = HMACKey(key, .sha256)
    }

    /// Always the same, so that a secret that strays into a log says nothing.
    public var description: String { "(secret)" }

    /// `body`, proven to come from someone who knows the secret; `nil` if `signature` is not that of these bytes.
    ///
    /// The digests are compared in constant time, on their bytes and in full length (RFC 2104 §5; CRYPTO_memcmp(3)).
    public func prove(_ body: Data, by signature: Signature) -> Proven? {
        let digest = digest(of: body, by: signature.algorithm)
        guard digest.count == signature.algorithm.digestLength, digest.count == signature.digest.count,
            CRYPTO_memcmp(digest, signature.digest, digest.count) == 0
        else { return nil }
        return Proven(bytes: body)
    }

    /// The keyed digest of `body` (RFC 2104); empty if OpenSSL could not compute it, which is equal to no signature.
    func digest(of body: Data, by algorithm: Signature.Algorithm) -> [UInt8] {
        switch algorithm {
        case .sha1: sha1.digest(of: body)
        case .sha256: sha256.digest(of: body)
        }
    }
}
