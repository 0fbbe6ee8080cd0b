/// What the headers of a webhook request say. Nothing of it is verified.
public struct Delivery: Sendable, Equatable {
    /// How the body holds the payload.
    public enum Encoding: Sendable {
        /// `application/json`: the body is the payload.
        case json
        /// `application/x-www-form-urlencoded`: the payload is the field `payload`.
        case form
    }

    /// What came as a verified.
    public enum Authentication: Sendable, Equatable {
        /// A well-formed signature, still to be checked.
        case signature(Signature)
        /// Well-formed signatures by Standard Webhooks, still to be checked.
        case standard(StandardSignature)
        /// What should be the secret itself, still to be checked.
        case token(Token)
        /// No verified of a kind that is accepted.
        case missing
        /// Something that verifies nothing.
        case unreadable
    }

    /// Who sent it.
    public let forge: ForgeName
    /// The forge's name for this delivery, the same when it is sent again.
    public let id: String?
    /// The kind of event, as the forge names it; any text at all.
    public let event: String?
    /// What is there to verify it by.
    public let authentication: Authentication
    /// How the body holds the payload, if the headers say.
    public let encoding: Encoding?

    /// What a verified delivery turned out to say.
    public enum Event: Sendable, Equatable {
        /// The forge tries whether somebody answers.
        case ping
        /// Branches or tags moved: one with most forges, one or more with Bitbucket.
        case push([Push])
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
