/// What the headers of a webhook request say. Nothing of it is proven.
public struct Delivery: Sendable, Equatable {
    /// Looks up a header field that has one value; throws if the field came twice.
    public typealias HeaderLookup = (_ name: StaticString) throws -> String?

    /// How the body holds the payload.
    public enum Encoding: Sendable {
        /// `application/json`: the body is the payload.
        case json
        /// `application/x-www-form-urlencoded`: the payload is the field `payload`.
        case form
    }

    /// What came as a signature.
    public enum Evidence: Sendable, Equatable {
        /// A well-formed signature, still to be checked.
        case signature(Signature)
        /// No signature of a kind that is accepted.
        case missing
        /// Something that is no signature.
        case unreadable
    }

    /// The forge's name for this delivery, the same when it is sent again.
    public let id: String?
    /// The kind of event, as the forge names it; any text at all.
    public let event: String?
    /// What is there to prove it by.
    public let evidence: Evidence
    /// How the body holds the payload, if the headers say.
    public let encoding: Encoding?

    /// What a proven delivery turned out to say.
    public enum News: Sendable, Equatable {
        /// The forge tries whether somebody answers.
        case ping
        /// A branch or tag moved.
        case push(Push)
        /// An event that is nothing to Bellpull, by the forge's name for it.
        case other(String)
    }
}

extension Delivery {
    /// A delivery id that is safe to store, send and log: 1 to 128 characters, letters, digits and `-._:`.
    static func checkedID(_ text: String?) throws(Malformed) -> String? {
        guard let text else { return nil }
        let isPlain = (1...128).contains(text.utf8.count) && text.unicodeScalars.allSatisfy(isIDScalar)
        guard isPlain else { throw Malformed("the delivery id has characters that no forge sends, or too many") }
        return text
    }

    private static func isIDScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", "-", ".", "_", ":": true
        default: false
        }
    }
}
