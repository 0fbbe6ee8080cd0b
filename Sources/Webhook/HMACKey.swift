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

    init(_ key: [UInt8], _ algorithm: Signature.Algorithm) {
        self.key = key
        self.algorithm = algorithm
    }

    deinit { HMAC_CTX_free(prepared.withLock { $0 }) }

    /// The keyed digest of `body`; empty if OpenSSL could not compute it in full.
    func digest(of body: Data) -> [UInt8] {
        let context = HMAC_CTX_new()
        defer { HMAC_CTX_free(context) }
        guard let prepared = preparedContext(), HMAC_CTX_copy(context, prepared) == 1 else { return [] }
        let isRead = body.withUnsafeBytes { body in
            let bytes = body.bindMemory(to: UInt8.self)
            return HMAC_Update(context, bytes.baseAddress, bytes.count) == 1
        }
        guard isRead else { return [] }
        return [UInt8](unsafeUninitializedCapacity: algorithm.digestLength) { digest, count in
            var length: UInt32 = 0
            count = HMAC_Final(context, digest.baseAddress, &length) == 1 ? Int(length) : 0
        }
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
