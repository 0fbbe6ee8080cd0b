/// A look at a TOML text before the parser's. Of toml++ (TOMLKit 0.6), assertions end the program where a table's name
/// does not begin as one (`[=]`), where a list has a brace or a line separator for a value (`[}`), and where no hour
/// follows a date (`1979-05-27T`); and it frees tables within tables recursively, with no limit to `a.b.c = 1`.
struct TOMLPreflight {
    /// What the parser is not to see, in words that follow the line, and that line.
    private(set) var obstacle: (words: String, hint: String, line: Int)?

    private static let dotLimit = 100

    private let text: Substring.UTF8View
    private var rest: Substring.UTF8View
    private var (line, dots, depth) = (1, 0, 0)
    /// Whether nothing but blanks was on the line.
    private var isBlank = true
    /// The last byte that was neither blank nor of a comment.
    private var last = UInt8(ascii: "\n")

    /// Looks through `text`.
    init(_ text: String) {
        self.text = text.utf8[...]
        rest = self.text
        if text.unicodeScalars.first == "\u{feff}" { rest = rest.dropFirst(3) }
        while obstacle == nil, let byte = rest.popFirst() { look(at: byte) }
    }

    private mutating func look(at byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): endLine()
        case UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
        case UInt8(ascii: " "): if hourDigits == 1, isBehindDate { refuseDate() }
        case UInt8(ascii: "#"): rest = rest.drop { $0 != UInt8(ascii: "\n") }
        default:
            lookAtSign(byte)
            (isBlank, last) = (false, byte)
        }
    }

    private mutating func lookAtSign(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): skipText(in: byte)
        case UInt8(ascii: "."):
            dots += 1
            if dots > Self.dotLimit { refuse("has more than \(Self.dotLimit) dots", hint: "is it the right file?") }
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            if byte == UInt8(ascii: "["), isBlank, depth == 0, !isBeforeName {
                refuse("is not TOML at line \(line): no table is called so", hint: "[[site]], in double brackets")
            }
            depth += 1
        case UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: "}"):
            refuseValue()
            depth -= 1
        case 0x80...: refuseValue()
        case UInt8(ascii: "T"), UInt8(ascii: "t"): if hourDigits < 2, isBehindDate { refuseDate() }
        default: break
        }
    }

    /// Refuses what cannot be the value of a list, where one is due.
    private mutating func refuseValue() {
        guard last == UInt8(ascii: "[") || last == UInt8(ascii: ",") else { return }
        let sign = Character(Unicode.Scalar(last))
        refuse("is not TOML at line \(line): there is no value after \(sign)", hint: Document.grammar)
    }

    private mutating func refuseDate() {
        refuse("is not TOML at line \(line): there is no hour behind the date", hint: Document.grammar)
    }

    /// How many digits follow, two at most.
    private var hourDigits: Int { rest.prefix(2).prefix(while: \.isDigit).count }

    /// Whether a date is before this byte, or what the parser takes for one: ten characters with two hyphens, where
    /// underscores do not count. It looks no further back than this.
    private var isBehindDate: Bool {
        let before = text[..<rest.startIndex].dropLast().suffix(128)
        let date = Array(before.filter { $0 != UInt8(ascii: "_") && !UTF8.isContinuation($0) }.suffix(10))
        return date.count == 10 && date[0].isDigit && date[4] == UInt8(ascii: "-") && date[7] == UInt8(ascii: "-")
            && !date.contains { " \t\r\n,]}#".utf8.contains($0) }
    }

    private mutating func endLine() {
        (line, dots, isBlank) = (line + 1, 0, true)
    }

    private mutating func refuse(_ words: String, hint: String) { obstacle = (words, hint, line) }

    /// Whether what follows a table's bracket is its name, or what the parser knows to refuse.
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

    /// Skips a text to its end, which is that of the line unless there are three quotation marks.
    private mutating func skipText(in quote: UInt8) {
        let isLong = skip(quote, quote)
        while let byte = rest.first, isLong || byte != UInt8(ascii: "\n") {
            rest.removeFirst()
            switch byte {
            case UInt8(ascii: "\n"): endLine()
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\"") && rest.first != UInt8(ascii: "\n"):
                rest = rest.dropFirst()
            case quote where !isLong: return
            case quote where skip(quote, quote):
                // Two more belong to the text.
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
