public import Foundation

/// The secrets of one hook: the one in use and, while it is being replaced, the one before it.
public struct Secrets: Sendable {
    /// Which of them verified a delivery.
    public enum Slot: Int, Sendable {
        /// The one in use.
        case current = 1
        /// The one that is being replaced.
        case previous = 2
    }

    /// The secret in use.
    public let current: Secret
    /// The one before it, which still verifies.
    public let previous: Secret?

    /// The secret `current`, and `previous` while the forge may still sign with that.
    public init(_ current: Secret, previous: Secret? = nil) {
        self.current = current
        self.previous = previous
    }

    /// What of `body` the forge vouches for, and by which secret; `nil` if the authentication of `delivery` is neither's.
    ///
    /// - Parameters:
    ///   - body: the raw body.
    ///   - delivery: what the headers say.
    ///   - now: the time by which a signature's own is judged, if it has one.
    /// - Throws: `Malformed` if what was signed is a field of a form and the form has it twice, or not at all.
    public func verify(
        _ body: Data, of delivery: Delivery, at now: Date
    ) throws(Malformed) -> (body: VerifiedBody, by: Slot)? {
        switch delivery.authentication {
        case .missing, .unreadable: return nil
        case .signature, .standard, .token: break
        }
        let bytes = try delivery.signedBytes(of: body)
        if current.isKnown(by: delivery.authentication, of: bytes, at: now) {
            return (VerifiedBody(bytes: bytes), .current)
        }
        guard let previous, previous.isKnown(by: delivery.authentication, of: bytes, at: now) else { return nil }
        return (VerifiedBody(bytes: bytes), .previous)
    }
}
