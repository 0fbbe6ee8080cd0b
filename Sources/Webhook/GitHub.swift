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

    private static let paths: [JSONExcerpt.Path] = [["ref"], ["after"], ["repository", "full_name"], ["deleted"]]

    private func push(in payload: Data) throws(Malformed) -> Push {
        let values = try JSONExcerpt.values(at: Self.paths, in: payload)
        let deleted = values[3].flatMap { $0.isNull ? nil : $0 }
        guard let ref = values[0]?.string, let after = values[1]?.string, let repository = values[2]?.string,
            let isDeletion = deleted.map(\.bool) ?? false
        else {
            throw Malformed("the payload is not that of a push: ref, after or repository.full_name is missing or odd")
        }
        return Push(repository: repository, ref: ref, after: after, isDeletion: isDeletion)
    }
}
