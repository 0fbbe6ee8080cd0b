internal import COpenSSL
public import Foundation

/// The hash function SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The length of a digest in bytes.
    public static let length = 32

    /// Returns the digest of `bytes`; empty if OpenSSL fails.
    public static func digest(of bytes: Data) -> Data {
        bytes.withUnsafeBytes { bytes in
            var digest = [UInt8](repeating: 0, count: length)
            let isDone = EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil) == 1
            return isDone ? Data(digest) : Data()
        }
    }
}
