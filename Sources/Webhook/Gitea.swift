/// The webhooks of Gitea and of Forgejo, which has its own names for the headers (docs.gitea.com, "Webhooks"; forgejo.org,
/// "Webhooks").
public struct Gitea: Forge {
    private let name: ForgeName

    /// Gitea, or Forgejo under its own name.
    public init(isForgejo: Bool = false) {
        name = isForgejo ? .forgejo : .gitea
    }

    /// Reads the headers that are the forge's own, and passes over GitHub's, which it sends as well.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        let isForgejo = name == .forgejo
        let id = try Delivery.value(of: isForgejo ? "X-Forgejo-Delivery" : "X-Gitea-Delivery", header)
        let signature = try Delivery.value(of: isForgejo ? "X-Forgejo-Signature" : "X-Gitea-Signature", header)
        return Delivery(
            forge: name,
            id: try Delivery.checkedID(id),
            event: try Delivery.value(of: name.eventHeader, header),
            authentication: authentication(signature),
            encoding: try Delivery.Encoding(header)
        )
    }

    /// Decodes a push; other events are told apart by their name alone. There is no ping: a test is a push.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("there is no \(name.eventHeader) header")
        case "push": return .push([try Push(payload: delivery.payload(in: verified))])
        case let event?: return .other(event)
        }
    }

    /// Without a secret the forge sends the header with nothing in it.
    private func authentication(_ header: String?) -> Delivery.Authentication {
        guard let header, !header.isEmpty else { return .missing }
        return Signature(sha256: header).map { .signature($0) } ?? .unreadable
    }
}
