internal import Foundation

/// GitLab's webhooks (docs.gitlab.com, "Webhooks", "Webhook events", "System hooks").
public struct GitLab: Forge {
    /// Creates the forge GitLab.
    public init() {}

    /// Reads GitLab's headers.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        let signedID = try Delivery.value(of: "webhook-id", header)
        // X-Gitlab-Event-UUID does not identify a delivery: webhooks that trigger each other share the value.
        let id = try signedID ?? Delivery.value(of: "Idempotency-Key", header)
        return Delivery(
            forge: .gitlab,
            id: try Delivery.checkedID(id ?? Delivery.value(of: "X-Gitlab-Webhook-UUID", header)),
            event: try Delivery.value(of: ForgeName.gitlab.eventHeader, header),
            authentication: try authentication(header, id: signedID),
            encoding: try Delivery.Encoding(header)
        )
    }

    /// Decodes a push of a branch or tag, also from a system hook. For other events, reads only the name.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        switch delivery.event {
        case nil: throw Malformed("the header X-Gitlab-Event is missing")
        case "Push Hook", "Tag Push Hook":
            guard let push = try Push.gitLab(delivery.payload(in: verified)).push else {
                throw Malformed("the push payload is malformed: object_kind is missing or not push or tag_push")
            }
            return .push([push])
        case "System Hook":
            let (kind, push) = try Push.gitLab(delivery.payload(in: verified))
            return push.map { .push([$0]) } ?? .other(kind.map { "System Hook \($0)" } ?? "System Hook")
        case let event?: return .other(event)
        }
    }

    /// Returns the signature if the delivery has one: next to a wrong signature, a correct token verifies nothing. Both
    /// headers may contain commas.
    private func authentication(_ header: Delivery.HeaderLookup, id: String?) throws -> Delivery.Authentication {
        if let signatures = try header("webhook-signature") {
            let timestamp = try Delivery.value(of: "webhook-timestamp", header)
            return StandardSignature(id: id, timestamp: timestamp, signatures: signatures).map { .standard($0) }
                ?? .unreadable
        }
        guard let token = try header("X-Gitlab-Token"), !token.isEmpty else { return .missing }
        return .token(SecretToken(bytes: Data(token.utf8)))
    }
}
