internal import Foundation

/// GitHub's webhooks (docs.github.com, "Webhook events and payloads", "Validating webhook deliveries").
public struct GitHub: Forge {
    /// Whether a delivery without `X-Hub-Signature-256` may prove itself by `X-Hub-Signature`, HMAC-SHA1.
    public let acceptsSHA1: Bool

    /// GitHub, with or without its older signature.
    public init(acceptsSHA1: Bool = true) {
        self.acceptsSHA1 = acceptsSHA1
    }

    /// Reads GitHub's headers.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        let id = try Delivery.checkedID(header("X-GitHub-Delivery"))
        let event = try header("X-GitHub-Event")
        let sha256 = try header("X-Hub-Signature-256")
        let sha1 = try header("X-Hub-Signature")
        return Delivery(
            id: id,
            event: event,
            evidence: evidence(sha256: sha256, sha1: sha1),
            encoding: try Delivery.Encoding(contentType: header("Content-Type"), encoding: header("Content-Encoding"))
        )
    }

    /// Decodes a push; other events are told apart by their name alone.
    public func news(of delivery: Delivery, in proven: Proven) throws -> Delivery.News {
        switch delivery.event {
        case nil: throw Malformed("there is no X-GitHub-Event header")
        case "ping": return .ping
        case "push": return .push(try push(in: payload(of: delivery, in: proven)))
        case let event?: return .other(event)
        }
    }

    /// The newer signature decides whenever it is there: a right older one beside a wrong newer one proves nothing.
    private func evidence(sha256: String?, sha1: String?) -> Delivery.Evidence {
        let header = sha256 ?? (acceptsSHA1 ? sha1 : nil)
        guard let header else { return .missing }
        guard let signature = Signature(header: header, algorithm: sha256 == nil ? .sha1 : .sha256) else {
            return .unreadable
        }
        return .signature(signature)
    }

    private func payload(of delivery: Delivery, in proven: Proven) throws -> Data {
        switch delivery.encoding {
        case nil: throw Delivery.UnsupportedEncoding()
        case .json: return proven.bytes
        case .form: return try FormBody(proven.bytes).payload()
        }
    }

    private func push(in payload: Data) throws(Malformed) -> Push {
        let excerpt = try JSONExcerpt.of(payload, keeping: Payload.members)
        let decoded: Payload
        do {
            decoded = try JSONDecoder().decode(Payload.self, from: excerpt)
        } catch {
            throw Malformed("the payload is not that of a push: ref, after or repository.full_name is missing or odd")
        }
        return Push(
            repository: decoded.repository.full_name,
            ref: decoded.ref,
            after: decoded.after,
            isDeletion: decoded.deleted ?? false
        )
    }
}

/// The part of a push payload that is read, under GitHub's names.
private struct Payload: Decodable {
    struct Repository: Decodable {
        // swift-format-ignore: AlwaysUseLowerCamelCase
        let full_name: String
    }

    let ref: String
    let after: String
    let deleted: Bool?
    let repository: Repository

    static let members: [JSONExcerpt.Member] = [
        .init(name: "ref"), .init(name: "after"), .init(name: "deleted"),
        .init(name: "repository", members: [.init(name: "full_name")]),
    ]
}
