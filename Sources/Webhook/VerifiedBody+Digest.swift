internal import COpenSSL
public import Foundation

extension VerifiedBody {
    /// The SHA-256 digest of the bytes (FIPS 180-4), 32 bytes long, which identifies a repeated delivery. Empty if
    /// OpenSSL fails.
    public var digest: Data {
        bytes.withUnsafeBytes { bytes in
            var digest = [UInt8](repeating: 0, count: 32)
            let isDone = EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil) == 1
            return isDone ? Data(digest) : Data()
        }
    }
}
