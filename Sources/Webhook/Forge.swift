/// A service that sends webhooks: which headers it sends, what it signs and how its payload is laid out.
public protocol Forge: Sendable {
    /// Reads the headers of a delivery.
    ///
    /// - Throws: `Malformed`, `Delivery.UnsupportedEncoding`, or what `header` throws.
    func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery

    /// Decodes a verified delivery.
    ///
    /// - Throws: `Malformed`, or `Delivery.UnsupportedEncoding` if the headers did not say how to.
    func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event
}
