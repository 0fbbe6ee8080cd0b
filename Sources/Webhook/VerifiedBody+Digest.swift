public import Foundation

extension VerifiedBody {
    /// The SHA-256 digest of the bytes, 32 bytes long, which identifies a repeated delivery. Empty if OpenSSL fails.
    public var digest: Data { SHA256.digest(of: bytes) }
}
