internal import Foundation

/// GitLab's webhooks (docs.gitlab.com, "Webhooks", "Webhook events", "System hooks").
public struct GitLab: Forge {
    /// GitLab, by its secret token or by its signing token.
    public init() {}

    /// Reads GitLab's headers.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        let signedID = try Delivery.value(of: "webhook-id", header)
        // X-Gitlab-Event-UUID is not of one delivery: hooks that set each other off share it.
        let id = try signedID ?? Delivery.value(of: "Idempotency-Key", header)
        return Delivery(
            forge: .gitlab,
            id: try Delivery.checkedID(id ?? Delivery.value(of: "X-Gitlab-Webhook-UUID", header)),
            event: try Delivery.value(of: ForgeName.gitlab.eventHeader, header),
            authentication: try authentication(header, id: signedID),
            encoding: try Delivery.Encoding(header)
        )
    }

    /// Decodes a push of a branch or tag, also where it comes as a system hook; other events are told apart by their name.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("there is no X-Gitlab-Event header")
        case "Push Hook", "Tag Push Hook":
            guard let push = try Push(gitLab: delivery.payload(in: verified)) else {
                throw Malformed("the payload is not that of a push: object_kind is missing or odd")
            }
            return .push([push])
        case "System Hook":
            return try Push(gitLab: delivery.payload(in: verified)).map { .push([$0]) } ?? .other("System Hook")
        case let event?: return .other(event)
        }
    }

    /// A signature decides whenever it is there: a right token beside a wrong signature verifies nothing. Both headers may
    /// hold commas.
    private func authentication(_ header: Delivery.HeaderLookup, id: String?) throws -> Delivery.Authentication {
        if let signatures = try header("webhook-signature") {
            let timestamp = try Delivery.value(of: "webhook-timestamp", header)
            return StandardSignature(id: id, timestamp: timestamp, signatures: signatures).map { .standard($0) }
                ?? .unreadable
        }
        guard let token = try header("X-Gitlab-Token"), !token.isEmpty else { return .missing }
        return .token(Token(bytes: Data(token.utf8)))
    }
}
