internal import COpenSSL
internal import Foundation
internal import Synchronization

/// A key for HMAC with one hash function. The part of HMAC that depends only on the key (RFC 2104 §4) is computed once,
/// not per delivery; but not before the first delivery, as OpenSSL then allocates 2 MB.
final class HMACKey: @unchecked Sendable {
    private let key: [UInt8]
    private let algorithm: Signature.Algorithm
    // Once set, threads only copy from this context, which OpenSSL allows to any number of threads at once.
    private let prepared = Mutex<OpaquePointer?>(nil)
    private let digestOfKey = Mutex<[UInt8]?>(nil)

    init(_ key: [UInt8], _ algorithm: Signature.Algorithm) {
        self.key = key
        self.algorithm = algorithm
    }

    deinit { HMAC_CTX_free(prepared.withLock { $0 }) }

    /// The key as text.
    var text: String { String(decoding: key, as: UTF8.self) }

    /// Returns the keyed digest of `prefix` followed by `body`; an empty array if OpenSSL fails.
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

    /// Whether one of `digests` is the keyed digest of `prefix` followed by `body`.
    func digest(of body: Data, after prefix: String = "", isAmong digests: [[UInt8]]) -> Bool {
        let expected = digest(of: body, after: prefix)
        return digests.contains { isEqual(expected, $0) }
    }

    /// Whether `bytes` are the key. Compares keyed digests, so that the time depends only on the length of `bytes`: not
    /// on the content of the key, and not on the length of the key, whose digest is computed once.
    func isKey(_ bytes: Data) -> Bool {
        let expected = digestOfKey.withLock { digest in
            if let digest { return digest }
            let new = self.digest(of: Data(key))
            digest = new.isEmpty ? nil : new
            return new
        }
        return isEqual(expected, digest(of: bytes))
    }

    /// Compares two digests of full length in constant time (RFC 2104 §5; CRYPTO_memcmp(3)).
    private func isEqual(_ expected: [UInt8], _ other: [UInt8]) -> Bool {
        expected.count == algorithm.digestLength && other.count == expected.count
            && CRYPTO_memcmp(expected, other, expected.count) == 0
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
