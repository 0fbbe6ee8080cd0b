/// GitHub's webhooks (docs.github.com, "Webhook events and payloads", "Validating webhook deliveries").
public struct GitHub: Forge {
    /// Whether a delivery without `X-Hub-Signature-256` is verified by `X-Hub-Signature`, which contains HMAC-SHA1.
    public let acceptsSHA1: Bool

    /// Creates the forge GitHub.
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

    /// Decodes a push. For other events, reads only the name.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("the header X-GitHub-Event is missing")
        case "ping": return .ping
        case "push": return .push([try Push(gitHub: delivery.payload(in: verified))])
        case let event?: return .other(event)
        }
    }

    /// Returns the SHA-256 signature if the delivery has one: next to a wrong SHA-256 signature, a correct SHA-1
    /// signature verifies nothing.
    private func authentication(sha256: String?, sha1: String?) -> Delivery.Authentication {
        let header = sha256 ?? (acceptsSHA1 ? sha1 : nil)
        guard let header else { return .missing }
        guard let signature = Signature(header: header, algorithm: sha256 == nil ? .sha1 : .sha256) else {
            return .unreadable
        }
        return .signature(signature)
    }
}
