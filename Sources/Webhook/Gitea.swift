/// The webhooks of Gitea and Forgejo, which differ in the names of the headers (docs.gitea.com, "Webhooks";
/// forgejo.org, "Webhooks").
public struct Gitea: Forge {
    private let name: ForgeName

    /// Creates the forge Gitea or Forgejo.
    public init(isForgejo: Bool = false) {
        name = isForgejo ? .forgejo : .gitea
    }

    /// Reads the forge's own headers. Ignores the GitHub headers that Gitea and Forgejo also send.
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

    /// Decodes a push. For other events, reads only the name. A test of the webhook is a push too, not a ping.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("the header \(name.eventHeader) is missing")
        case "push": return .push([try Push(gitHub: delivery.payload(in: verified))])
        case let event?: return .other(event)
        }
    }

    /// Treats an empty header as missing: the forge sends an empty header if the webhook has no secret.
    private func authentication(_ header: String?) -> Delivery.Authentication {
        guard let header, !header.isEmpty else { return .missing }
        return Signature(sha256: header).map { .signature($0) } ?? .unreadable
    }
}
