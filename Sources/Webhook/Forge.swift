/// A service that sends webhooks. Knows the headers, the signature and the payload of the service.
public protocol Forge: Sendable {
    /// Reads the headers of a delivery.
    ///
    /// - Throws: `Malformed`, `Delivery.UnsupportedEncoding`, or an error of `header`.
    func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery

    /// Decodes a verified delivery.
    ///
    /// - Throws: `Malformed`, or `Delivery.UnsupportedEncoding` without a content type.
    func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event
}
