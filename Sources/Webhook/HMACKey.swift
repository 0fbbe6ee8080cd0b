internal import COpenSSL
internal import Foundation
internal import Synchronization

/// A key prepared for one hash function: what HMAC does with the key alone (RFC 2104 §4) is done once, not for every
/// delivery. Not before the first, as OpenSSL then takes 2 MB.
final class HMACKey: @unchecked Sendable {
    private let key: [UInt8]
    private let algorithm: Signature.Algorithm
    // Only ever copied from once it is there, which OpenSSL allows any number of threads to do.
    private let prepared = Mutex<OpaquePointer?>(nil)
    private let digestOfKey = Mutex<[UInt8]?>(nil)

    init(_ key: [UInt8], _ algorithm: Signature.Algorithm) {
        self.key = key
        self.algorithm = algorithm
    }

    deinit { HMAC_CTX_free(prepared.withLock { $0 }) }

    /// The keyed digest of `prefix` and `body`; empty if OpenSSL could not compute it in full.
    func digest(of body: Data, after prefix: String = "") -> [UInt8] {
        let context = HMAC_CTX_new()
        defer { HMAC_CTX_free(context) }
        guard let prepared = preparedContext(), HMAC_CTX_copy(context, prepared) == 1 else { return [] }
        let prefix = Array(prefix.utf8)
        let isRead = body.withUnsafeBytes { body in
            let bytes = body.bindMemory(to: UInt8.self)
            return HMAC_Update(context, prefix, prefix.count) == 1
                && HMAC_Update(context, bytes.baseAddress, bytes.count) == 1
        }
        guard isRead else { return [] }
        return [UInt8](unsafeUninitializedCapacity: algorithm.digestLength) { digest, count in
            var length: UInt32 = 0
            count = HMAC_Final(context, digest.baseAddress, &length) == 1 ? Int(length) : 0
        }
    }

    /// Whether one of `digests` is that of `prefix` and `body`.
    func digest(of body: Data, after prefix: String = "", isAmong digests: [[UInt8]]) -> Bool {
        let right = digest(of: body, after: prefix)
        return digests.contains { isEqual(right, $0) }
    }

    /// Whether `bytes` are the key. What is compared are keyed digests of both, so that the time it takes depends on the
    /// length of `bytes` alone: not on the key's content, nor on its length, as its digest is made once.
    func isKey(_ bytes: Data) -> Bool {
        let expected = digestOfKey.withLock { digest in
            if let digest { return digest }
            let new = self.digest(of: Data(key))
            digest = new.isEmpty ? nil : new
            return new
        }
        return isEqual(expected, digest(of: bytes))
    }

    /// Compares two digests in constant time, on their bytes and in full length (RFC 2104 §5; CRYPTO_memcmp(3)).
    private func isEqual(_ right: [UInt8], _ other: [UInt8]) -> Bool {
        right.count == algorithm.digestLength && other.count == right.count
            && CRYPTO_memcmp(right, other, right.count) == 0
    }

    private func preparedContext() -> OpaquePointer? {
        prepared.withLock { context in
            if let context { return context }
            let new = HMAC_CTX_new()
            let function = algorithm == .sha1 ? EVP_sha1() : EVP_sha256()
            guard HMAC_Init_ex(new, key, Int32(key.count), function, nil) == 1 else {
                HMAC_CTX_free(new)
                return nil
            }
            context = new
            return new
        }
    }
}
