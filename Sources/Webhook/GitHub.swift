/// GitHub's webhooks (docs.github.com, "Webhook events and payloads", "Validating webhook deliveries").
public struct GitHub: Forge {
    /// Whether a delivery without `X-Hub-Signature-256` may verify itself by `X-Hub-Signature`, HMAC-SHA1.
    public let acceptsSHA1: Bool

    /// GitHub, with or without its older signature.
    public init(acceptsSHA1: Bool = true) {
        self.acceptsSHA1 = acceptsSHA1
    }

    /// Reads GitHub's headers.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        Delivery(
            forge: .github,
            id: try Delivery.checkedID(Delivery.value(of: "X-GitHub-Delivery", header)),
            event: try Delivery.value(of: ForgeName.github.eventHeader, header),
            authentication: authentication(
                sha256: try Delivery.value(of: "X-Hub-Signature-256", header),
                sha1: try Delivery.value(of: "X-Hub-Signature", header)),
            encoding: try Delivery.Encoding(header)
        )
    }

    /// Decodes a push; other events are told apart by their name alone.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("there is no X-GitHub-Event header")
        case "ping": return .ping
        case "push": return .push([try Push(payload: delivery.payload(in: verified))])
        case let event?: return .other(event)
        }
    }

    /// The newer signature decides whenever it is there: a right older one beside a wrong newer one verifies nothing.
    private func authentication(sha256: String?, sha1: String?) -> Delivery.Authentication {
        let header = sha256 ?? (acceptsSHA1 ? sha1 : nil)
        guard let header else { return .missing }
        guard let signature = Signature(header: header, algorithm: sha256 == nil ? .sha1 : .sha256) else {
            return .unreadable
        }
        return .signature(signature)
    }
}
