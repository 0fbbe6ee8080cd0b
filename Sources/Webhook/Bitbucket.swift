/// Bitbucket Cloud's webhooks (support.atlassian.com, "Event payloads", "Manage webhooks").
public struct Bitbucket: Forge {
    /// Creates the forge Bitbucket Cloud.
    public init() {}

    /// Reads Bitbucket's headers. `X-Hub-Signature` contains HMAC-SHA256 here, while GitHub puts HMAC-SHA1 there.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        Delivery(
            forge: .bitbucket,
            id: try Delivery.checkedID(Delivery.value(of: "X-Request-UUID", header)),
            event: try Delivery.value(of: ForgeName.bitbucket.eventHeader, header),
            authentication: authentication(try Delivery.value(of: "X-Hub-Signature", header)),
            encoding: try Delivery.Encoding(header)
        )
    }

    /// Decodes a push. For other events, reads only the name.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("the header X-Event-Key is missing")
        case "repo:push":
            let pushes = try Push.bitbucket(delivery.payload(in: verified))
            return pushes.isEmpty ? .other("repo:push of neither branch nor tag") : .push(pushes)
        case let event?: return .other(event)
        }
    }

    private func authentication(_ header: String?) -> Delivery.Authentication {
        guard let header else { return .missing }
        return Signature(header: header, algorithm: .sha256).map { .signature($0) } ?? .unreadable
    }
}
