/// The value of a header field, safe to send and to log: printable ASCII of bounded length, without a space at either
/// end, as readers drop such spaces (RFC 9110 §5.5).
///
/// `init(escaping:)` is the only place where Bellpull escapes text for header fields.
public struct FieldValue: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The length of the longest value, in characters. A longer value is cut and ends in `...`.
    public static let limit = 200

    /// The escaped text.
    public let description: String

    /// Escapes `text`: writes everything but printable ASCII, and a space at either end, as `\u{…}`, puts a backslash
    /// before quotation marks and backslashes, and cuts the result at `limit`.
    public init(escaping text: String) {
        guard !Self.isPlain(text) else {
            description = text
            return
        }
        let scalars = text.unicodeScalars
        var escaped = ""
        for index in scalars.indices {
            let isEnd = index == scalars.startIndex || scalars.index(after: index) == scalars.endIndex
            let piece = Self.piece(scalars[index], isEnd: isEnd)
            guard escaped.utf8.count + piece.utf8.count <= Self.limit - 3 else {
                escaped += "..."
                break
            }
            escaped += piece
        }
        description = escaped
    }

    /// Takes `text`, which must be short printable ASCII: quotation marks are part of the syntax of some fields.
    init(unescaped text: String) { description = text }

    /// Creates a value from a literal.
    public init(stringLiteral text: String) {
        self.init(escaping: text)
    }

    private static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.count <= limit && bytes.allSatisfy { isPlain(Unicode.Scalar($0)) }
                && bytes.first != UInt8(ascii: " ") && bytes.last != UInt8(ascii: " ")
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value < 0x7f && scalar != "\"" && scalar != "\\"
    }

    private static func piece(_ scalar: Unicode.Scalar, isEnd: Bool) -> String {
        switch scalar {
        case "\"", "\\": "\\\(scalar)"
        case _ where isPlain(scalar) && !(isEnd && scalar == " "): String(scalar)
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}
