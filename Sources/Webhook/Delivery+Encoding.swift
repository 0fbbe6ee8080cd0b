extension Delivery {
    /// The encoding of the payload in the body.
    public enum Encoding: Sendable {
        /// `application/json`: the body is the payload.
        case json
        /// `application/x-www-form-urlencoded`: the payload is the form's field `payload`.
        case form
    }

    /// The error that Bellpull does not support the content type or content encoding. No forge sends these.
    public struct UnsupportedEncoding: Error, Equatable, Sendable {}
}

extension Delivery.Encoding {
    /// Reads the encoding from the header fields. Returns `nil` without a content type.
    init?(_ header: Delivery.HeaderLookup) throws {
        try self.init(
            contentType: Delivery.value(of: "Content-Type", header),
            encoding: Delivery.value(of: "Content-Encoding", header))
    }

    /// Reads the encoding from the values of `Content-Type` and `Content-Encoding` (RFC 9110 §8.3, §8.4). Returns `nil`
    /// without a content type. Ignores parameters such as `charset`.
    init?(contentType: String?, encoding: String?) throws(Delivery.UnsupportedEncoding) {
        guard encoding == nil || encoding == "identity" else { throw Delivery.UnsupportedEncoding() }
        guard let contentType else { return nil }
        let type = contentType.utf8.prefix { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: ";") }
        switch Substring(type).lowercased() {
        case "application/json": self = .json
        case "application/x-www-form-urlencoded": self = .form
        default: throw Delivery.UnsupportedEncoding()
        }
    }
}
