public import Foundation

/// Bytes that are known to come from someone who knows the secret. Only `Secrets` makes one, and only from one can a
/// delivery be decoded: reading first and proving later cannot be written.
public struct VerifiedBody: Sendable {
    /// The raw body, or the part of it that the forge signs.
    public let bytes: Data

    init(bytes: Data) {
        self.bytes = bytes
    }
}
