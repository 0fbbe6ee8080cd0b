public import Foundation

/// The verified bytes of a delivery: their sender knows the secret. Only `Secrets` creates a `VerifiedBody`, and
/// decoding a delivery requires a `VerifiedBody`, so that no code can decode before verifying.
public struct VerifiedBody: Sendable {
    /// The raw body, or the part of it that the forge signs.
    public let bytes: Data

    init(bytes: Data) {
        self.bytes = bytes
    }
}
