public import Foundation

/// Bytes that are known to come from someone who knows the secret. Only `Secret` makes one, and only from one can a
/// delivery be decoded: reading first and proving later cannot be written.
public struct Proven: Sendable {
    /// The raw body.
    public let bytes: Data

    init(bytes: Data) {
        self.bytes = bytes
    }
}
