internal import Foundation

/// The headers of a webhook request, read but not verified.
public struct Delivery: Sendable, Equatable {
    /// The authentication in the headers, not verified yet.
    public enum Authentication: Sendable, Equatable {
        /// A well-formed signature.
        case signature(Signature)
        /// Well-formed signatures by Standard Webhooks.
        case standard(StandardSignature)
        /// A secret token.
        case token(SecretToken)
        /// No authentication of an accepted kind.
        case missing
        /// No authentication, of a test of the webhook that the forge never signs. The test asks for nothing.
        case unsignedPing
        /// A malformed signature, which verifies nothing.
        case unreadable
    }

    /// The meaning of a verified delivery.
    public enum Event: Sendable, Equatable {
        /// The forge tests the webhook.
        case ping
        /// Branches or tags moved: one ref per delivery from most forges, one or more from both Bitbuckets.
        case push([Push])
        /// An event that Bellpull ignores, by the forge's name for the event.
        case other(String)
    }

    /// The forge that sent the delivery.
    public let forge: ForgeName
    /// The forge's id of the delivery, which stays the same when the forge sends the delivery again.
    public let id: String?
    /// The forge's name for the event. May be any text.
    public let event: String?
    /// The authentication to verify the delivery by.
    public let authentication: Authentication
    /// The encoding of the payload, or `nil` without a content type.
    public let encoding: Encoding?
}

extension Delivery {
    /// Returns the value of a header field. Throws if the request has several fields of this name.
    public typealias HeaderLookup = (_ name: StaticString) throws -> String?

    /// Returns the value of a header field that never contains a comma.
    ///
    /// A web server may have joined two fields of the same name with a comma (RFC 9110 §5.3). Bellpull does not guess
    /// which value counts.
    ///
    /// - Throws: `Malformed` if the value contains a comma, or an error of `header`.
    static func value(of name: StaticString, _ header: HeaderLookup) throws -> String? {
        guard var value = try header(name) else { return nil }
        guard value.withUTF8({ $0.contains(UInt8(ascii: ",")) }) else { return value }
        throw Malformed("the header \(name) was sent twice")
    }

    /// Checks that a delivery id is safe to store, send and log: 1 to 128 letters, digits and `-._:`.
    static func checkedID(_ text: String?) throws(Malformed) -> String? {
        guard var text else { return nil }
        let isPlain = text.withUTF8 { (1...128).contains($0.count) && $0.allSatisfy { isIDScalar(Unicode.Scalar($0)) } }
        guard isPlain else {
            throw Malformed("the delivery id is malformed: it must be 1 to 128 letters, digits or -._:")
        }
        return text
    }

    private static func isIDScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", "-", ".", "_", ":": true
        default: false
        }
    }
}

extension Delivery {
    /// Whether the forge signs the payload inside a form instead of the whole form (Gitea,
    /// services/webhook/deliver.go; Gogs, internal/database/webhook.go).
    private var signsFormField: Bool { encoding == .form && [.gitea, .forgejo, .gogs].contains(forge) }

    /// Returns the bytes of `body` that the forge signs.
    ///
    /// - Throws: `Malformed` if the forge signs a field of a form, and the form is malformed.
    func signedBytes(of body: Data) throws(Malformed) -> Data {
        signsFormField ? try FormBody(body).payload() : body
    }

    /// Returns the payload in `verified`.
    ///
    /// - Throws: `Malformed`, or `UnsupportedEncoding` without a content type.
    func payload(in verified: VerifiedBody) throws -> Data {
        switch encoding {
        case nil: throw UnsupportedEncoding()
        case .form where !signsFormField: try FormBody(verified.bytes).payload()
        case .form, .json: verified.bytes
        }
    }
}
