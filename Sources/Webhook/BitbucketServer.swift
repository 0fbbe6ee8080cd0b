/// The webhooks of Bitbucket Data Center, formerly Bitbucket Server (confluence.atlassian.com, "Event payload", "Manage
/// webhooks").
public struct BitbucketServer: Forge {
    /// Creates the forge Bitbucket Data Center.
    public init() {}

    /// Whether `event` is an event of Bitbucket Data Center. Events whose names Bitbucket Cloud could use too are not
    /// recognized; Bellpull acts on none of these events.
    static func isEvent(_ event: String) -> Bool {
        event == "repo:refs_changed" || event == ping || event.hasPrefix("pr:") || event.hasPrefix("mirror:")
    }

    private static let ping = "diagnostics:ping"

    /// Reads the headers. `X-Hub-Signature` contains HMAC-SHA256, as from Bitbucket Cloud.
    ///
    /// The button "Test connection" sends an event that is not signed, even if the webhook has a secret.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        let event = try Delivery.value(of: ForgeName.bitbucketServer.eventHeader, header)
        let signature = try Delivery.value(of: "X-Hub-Signature", header)
        return Delivery(
            forge: .bitbucketServer,
            id: try Delivery.checkedID(Delivery.value(of: "X-Request-Id", header)),
            event: event,
            authentication: Self.authentication(signature, of: event),
            encoding: try Delivery.Encoding(header)
        )
    }

    /// Decodes a push. For other events, reads only the name.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("the header X-Event-Key is missing")
        case Self.ping: return .ping
        case "repo:refs_changed":
            let pushes = try Push.bitbucketServer(delivery.payload(in: verified))
            return pushes.isEmpty ? .other("repo:refs_changed of neither branch nor tag") : .push(pushes)
        case let event?: return .other(event)
        }
    }

    private static func authentication(_ header: String?, of event: String?) -> Delivery.Authentication {
        guard let header else { return event == ping ? .unsignedPing : .missing }
        return Signature(header: header, algorithm: .sha256).map { .signature($0) } ?? .unreadable
    }
}
