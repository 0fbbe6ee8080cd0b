/// A header field's value that is safe to send and to log: printable ASCII, of bounded length, with no space at its ends,
/// where a reader would drop it (RFC 9110 §5.5).
///
/// Text from outside becomes one by `init(escaping:)`; this is the only place where Bellpull escapes it.
public struct FieldValue: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The longest text that is kept, in characters; what is longer ends in `...`.
    public static let limit = 200

    /// The value itself.
    public let description: String

    /// `text` with everything but printable ASCII written as `\u{…}`, and so a space at either end, quotation marks and
    /// backslashes escaped, and cut at `limit`.
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

    /// A constant.
    public init(stringLiteral text: StaticString) {
        self.init(escaping: "\(text)")
    }

    private static func isPlain(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.count <= limit && bytes.allSatisfy { isPlain(Unicode.Scalar($0)) }
            && bytes.first != UInt8(ascii: " ") && bytes.last != UInt8(ascii: " ")
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
