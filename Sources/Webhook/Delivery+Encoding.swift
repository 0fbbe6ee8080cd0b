extension Delivery {
    /// A content type or content encoding that no forge sends.
    public struct UnsupportedEncoding: Error, Equatable, Sendable {}
}

extension Delivery.Encoding {
    /// The encoding that the header fields announce, or `nil` if there is no content type.
    init?(_ header: Delivery.HeaderLookup) throws {
        try self.init(
            contentType: Delivery.value(of: "Content-Type", header),
            encoding: Delivery.value(of: "Content-Encoding", header))
    }

    /// The encoding that these header fields announce (RFC 9110 §8.3, §8.4), or `nil` if there is no content type.
    /// Parameters such as `charset` are passed over.
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
