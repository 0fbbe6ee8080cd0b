public import Foundation

/// The secrets of one webhook: the current secret and, during a rotation, the previous secret.
public struct Secrets: Sendable {
    /// The position of the secret that verified a delivery.
    public enum Slot: Int, Sendable {
        /// The current secret.
        case current = 1
        /// The previous secret.
        case previous = 2
    }

    /// The current secret.
    public let current: Secret
    /// The previous secret, which still verifies deliveries.
    public let previous: Secret?

    /// Creates secrets. Pass `previous` while the forge may still sign with the previous secret.
    public init(_ current: Secret, previous: Secret? = nil) {
        self.current = current
        self.previous = previous
    }

    /// Verifies `body` by the authentication of `delivery`. Returns the signed part of the body and the secret that
    /// verified the part, or `nil` if neither secret does.
    ///
    /// - Parameters:
    ///   - body: the raw body.
    ///   - delivery: the headers.
    ///   - now: the current time, for signatures with a timestamp.
    /// - Throws: `Malformed` if the forge signs a field of a form, and the form does not have the field exactly once.
    public func verify(
        _ body: Data, of delivery: Delivery, at now: Date
    ) throws(Malformed) -> (body: VerifiedBody, by: Slot)? {
        switch delivery.authentication {
        case .missing, .unsignedPing, .unreadable: return nil
        case .signature, .standard, .token: break
        }
        let bytes = try delivery.signedBytes(of: body)
        if current.verifies(delivery.authentication, of: bytes, at: now) {
            return (VerifiedBody(bytes: bytes), .current)
        }
        guard let previous, previous.verifies(delivery.authentication, of: bytes, at: now) else { return nil }
        return (VerifiedBody(bytes: bytes), .previous)
    }
}
