internal import Text

/// A check of a TOML text before parsing, for text that crashes the parser, toml++ (TOMLKit 0.6).
///
/// An assertion of toml++ ends the program at a table name with a forbidden first character (`[=]`), at a brace or a
/// line separator in place of an array's value (`[}`), and at a date with `T` or a space but no hour (`1979-05-27T`).
/// Also, toml++ frees nested tables recursively, and does not limit the depth of `a.b.c = 1`.
struct TOMLPreflight {
    /// The first text that must not reach the parser, with its line.
    private(set) var issue: (line: Int, explanation: Explanation)?

    private static let dotLimit = 100

    private let text: Substring.UTF8View
    private var rest: Substring.UTF8View
    private var (line, dots, depth) = (1, 0, 0)
    /// Whether the line so far consists of spaces and tabs.
    private var isBlank = true
    /// The last byte outside of white space and comments.
    private var last = UInt8(ascii: "\n")

    /// Checks `text`.
    init(_ text: String) {
        self.text = text.utf8[...]
        rest = self.text
        if text.unicodeScalars.first == "\u{feff}" { rest = rest.dropFirst(3) }
        while issue == nil, let byte = rest.popFirst() { check(byte) }
    }

    private mutating func check(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): endLine()
        case UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
        case UInt8(ascii: " "): if hourDigits == 1, isAfterDate { refuseDate() }
        case UInt8(ascii: "#"): rest = rest.drop { $0 != UInt8(ascii: "\n") }
        default:
            checkSign(byte)
            (isBlank, last) = (false, byte)
        }
    }

    private mutating func checkSign(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): skipString(in: byte)
        case UInt8(ascii: "."):
            dots += 1
            if dots > Self.dotLimit { refuse("has more than \(Self.dotLimit) dots on one line") }
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            if byte == UInt8(ascii: "["), isBlank, depth == 0, !isBeforeName {
                refuse(
                    "is not TOML: the table's name is malformed",
                    hint: "write [[site]], in double brackets, before each site's keys, and only in the main file")
            }
            depth += 1
        case UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: "}"):
            refuseValue()
            depth -= 1
        case 0x80...: refuseValue()
        case UInt8(ascii: "T"), UInt8(ascii: "t"): if hourDigits < 2, isAfterDate { refuseDate() }
        default: break
        }
    }

    /// Refuses a byte that cannot start a value, if an array's value must follow.
    private mutating func refuseValue() {
        guard last == UInt8(ascii: "[") || last == UInt8(ascii: ",") else { return }
        let sign = Character(Unicode.Scalar(last))
        refuse("is not TOML: no value follows \(sign)")
    }

    private mutating func refuseDate() {
        refuse("is not TOML: no hour follows the date")
    }

    /// The number of digits that follow, at most 2.
    private var hourDigits: Int { rest.prefix(2).prefix(while: \.isDigit).count }

    /// Whether the bytes before this byte are a date to the parser: ten characters with two hyphens, not counting
    /// underscores. The parser looks back at most 128 bytes.
    private var isAfterDate: Bool {
        let before = text[..<rest.startIndex].dropLast().suffix(128)
        let date = Array(before.filter { $0 != UInt8(ascii: "_") && !UTF8.isContinuation($0) }.suffix(10))
        return date.count == 10 && date[0].isDigit && date[4] == UInt8(ascii: "-") && date[7] == UInt8(ascii: "-")
            && !date.contains { " \t\r\n,]}#".utf8.contains($0) }
    }

    private mutating func endLine() {
        (line, dots, isBlank) = (line + 1, 0, true)
    }

    private mutating func refuse(_ message: String, hint: String = Document.grammar) {
        issue = (line, Explanation(message, hint: hint))
    }

    /// Whether a table's name, or text that the parser can refuse, follows the bracket.
    private var isBeforeName: Bool {
        var name = rest.drop(while: Self.isSpace)
        if name.first == UInt8(ascii: "[") { name = name.dropFirst().drop(while: Self.isSpace) }
        guard let byte = name.first else { return true }
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "\""),
            UInt8(ascii: "'"), UInt8(ascii: "]"):
            return true
        default: return false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// Skips a string. A string ends with the line unless three quotation marks start the string.
    private mutating func skipString(in quote: UInt8) {
        let isLong = skip(quote, quote)
        while let byte = rest.first, isLong || byte != UInt8(ascii: "\n") {
            rest.removeFirst()
            switch byte {
            case UInt8(ascii: "\n"): endLine()
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\"") && rest.first != UInt8(ascii: "\n"):
                rest = rest.dropFirst()
            case quote where !isLong: return
            case quote where skip(quote, quote):
                // Two more quotation marks before the end belong to the string.
                _ = skip(quote, quote) || skip(quote)
                return
            default: break
            }
        }
    }

    /// Skips `bytes` if they are next.
    private mutating func skip(_ bytes: UInt8...) -> Bool {
        guard rest.starts(with: bytes) else { return false }
        rest = rest.dropFirst(bytes.count)
        return true
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
