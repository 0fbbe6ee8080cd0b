/// A header field's value that is safe to send and to log: printable ASCII, of bounded length (RFC 9110 §5.5).
///
/// Text from outside becomes one by `init(escaping:)`; this is the only place where Bellpull escapes it.
public struct FieldValue: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The longest text that is kept, in characters; what is longer ends in `...`.
    public static let limit = 200

    /// The value itself.
    public let description: String

    /// `text` with everything but printable ASCII written as `\u{…}`, quotation marks and backslashes escaped, and
    /// cut at `limit`.
    public init(escaping text: String) {
        guard !Self.isPlain(text) else {
            description = text
            return
        }
        var escaped = ""
        for scalar in text.unicodeScalars {
            let piece = Self.isPlain(scalar) ? String(scalar) : Self.escape(scalar)
            guard escaped.utf8.count + piece.utf8.count <= Self.limit - 3 else {
                escaped += "..."
                break
            }
            escaped += piece
        }
        description = escaped
    }

    /// A constant.
    public init(stringLiteral text: StaticString) {
        self.init(escaping: "\(text)")
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= limit && text.utf8.allSatisfy { isPlain(Unicode.Scalar($0)) }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value < 0x7f && scalar != "\"" && scalar != "\\"
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"", "\\": "\\\(scalar)"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}
