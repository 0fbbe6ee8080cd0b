/// The webhooks of Gitea, of Forgejo and of their ancestor Gogs, which differ in the names of the headers
/// (docs.gitea.com, "Webhooks"; forgejo.org, "Webhooks"; gogs.io, "Webhooks").
public struct Gitea: Forge {
    /// A member of the family.
    public enum Member: Sendable {
        /// Gitea.
        case gitea
        /// Forgejo.
        case forgejo
        /// Gogs.
        case gogs

        fileprivate var name: ForgeName {
            switch self {
            case .gitea: .gitea
            case .forgejo: .forgejo
            case .gogs: .gogs
            }
        }

        fileprivate var deliveryHeader: StaticString {
            switch self {
            case .gitea: "X-Gitea-Delivery"
            case .forgejo: "X-Forgejo-Delivery"
            case .gogs: "X-Gogs-Delivery"
            }
        }

        fileprivate var signatureHeader: StaticString {
            switch self {
            case .gitea: "X-Gitea-Signature"
            case .forgejo: "X-Forgejo-Signature"
            case .gogs: "X-Gogs-Signature"
            }
        }
    }

    private let member: Member

    /// Creates the forge.
    public init(_ member: Member = .gitea) {
        self.member = member
    }

    /// Reads the forge's own headers. Ignores the headers of other forges that the forge also sends.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        Delivery(
            forge: member.name,
            id: try Delivery.checkedID(Delivery.value(of: member.deliveryHeader, header)),
            event: try Delivery.value(of: member.name.eventHeader, header),
            authentication: authentication(try Delivery.value(of: member.signatureHeader, header)),
            encoding: try Delivery.Encoding(header)
        )
    }

    /// Decodes a push. For other events, reads only the name. A test of the webhook is a push too, not a ping.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("the header \(member.name.eventHeader) is missing")
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
