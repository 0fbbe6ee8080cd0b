extension String {
    /// The text, safe to show in a single line of a terminal. Control characters, invisible characters and backslashes
    /// are escaped. Text of more than 200 characters is cut and ends in `...`.
    public var escapedForDisplay: String {
        guard utf8.count > Self.displayLimit || !utf8.allSatisfy(Self.isPlain) else { return self }
        var escaped = ""
        var length = 0
        for scalar in unicodeScalars {
            let piece = Self.isVisible(scalar) ? String(scalar) : Self.escape(scalar)
            length += piece.unicodeScalars.count
            guard length <= Self.displayLimit - 3 else { return escaped + "..." }
            escaped += piece
        }
        return escaped
    }

    /// The text, safe to show in a terminal as lines: control and invisible characters are escaped, except line feeds
    /// and tabs. Nothing is cut.
    public var linesEscapedForDisplay: String {
        var escaped = ""
        for scalar in unicodeScalars {
            let isKept = Self.isVisible(scalar) || scalar == "\n" || scalar == "\t" || scalar == "\\"
            escaped += isKept ? String(scalar) : Self.escape(scalar)
        }
        return escaped
    }

    /// The text of a remedy, safe to show in a single line of a terminal. Only control and invisible characters are
    /// escaped, and nothing is cut, so that a command can be pasted.
    public var remedyEscapedForDisplay: String {
        unicodeScalars.map { Self.isVisible($0) || $0 == "\\" ? String($0) : Self.escape($0) }.joined()
    }

    private static let displayLimit = 200

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "\\")
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool { scalar.isVisible && scalar != "\\" }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        scalar == "\\" ? "\\\\" : "\\u{\(String(scalar.value, radix: 16))}"
    }
}

extension Unicode.Scalar {
    /// Whether the scalar is safe to show in a terminal: neither a control character nor invisible.
    public var isVisible: Bool {
        if isASCII { return (0x20..<0x7f).contains(value) }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator, .nonspacingMark, .enclosingMark:
            false
        default: true
        }
    }
}
