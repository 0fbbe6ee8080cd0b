internal import COpenSSL
internal import Foundation

/// A key prepared for one hash function: what HMAC does with the key alone (RFC 2104 §4) is done once, not for every
/// delivery.
final class HMACKey: @unchecked Sendable {
    // Only ever copied from once it is initialized, which OpenSSL allows any number of threads to do.
    private let prepared: OpaquePointer?
    private let digestLength: Int

    init(_ key: [UInt8], _ algorithm: Signature.Algorithm) {
        prepared = HMAC_CTX_new()
        digestLength = algorithm.digestLength
        HMAC_Init_ex(prepared, key, Int32(key.count), algorithm == .sha1 ? EVP_sha1() : EVP_sha256(), nil)
    }

    deinit { HMAC_CTX_free(prepared) }

    /// The keyed digest of `body`; empty if OpenSSL could not compute it.
    func digest(of body: Data) -> [UInt8] {
        let context = HMAC_CTX_new()
        defer { HMAC_CTX_free(context) }
        guard HMAC_CTX_copy(context, prepared) == 1 else { return [] }
        body.withUnsafeBytes { body in
            let bytes = body.bindMemory(to: UInt8.self)
            _ = HMAC_Update(context, bytes.baseAddress, bytes.count)
        }
        return [UInt8](unsafeUninitializedCapacity: digestLength) { digest, count in
            var length: UInt32 = 0
            count = HMAC_Final(context, digest.baseAddress, &length) == 1 ? Int(length) : 0
        }
    }
}
