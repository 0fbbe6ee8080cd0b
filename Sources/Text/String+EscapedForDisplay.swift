extension String {
    /// The text as it can be shown to a person: in one line, without what a terminal obeys or hides, and cut where it is
    /// longer than 200 characters.
    public var escapedForDisplay: String {
        guard utf8.count > Self.shownLimit || !utf8.allSatisfy(Self.isPlain) else { return self }
        var escaped = ""
        var length = 0
        for scalar in unicodeScalars {
            let piece = Self.isVisible(scalar) ? String(scalar) : Self.escape(scalar)
            length += piece.unicodeScalars.count
            guard length <= Self.shownLimit - 3 else { return escaped + "..." }
            escaped += piece
        }
        return escaped
    }

    /// Lines of text as they can be shown to a person: all of them, but without what a terminal obeys or hides.
    public var linesEscapedForDisplay: String {
        var shown = ""
        for scalar in unicodeScalars {
            let isShown = Self.isVisible(scalar) || scalar == "\n" || scalar == "\t" || scalar == "\\"
            shown += isShown ? String(scalar) : Self.escape(scalar)
        }
        return shown
    }

    private static let shownLimit = 200

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "\\")
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isPlain(UInt8(ascii: scalar)) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator, .nonspacingMark, .enclosingMark:
            false
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        scalar == "\\" ? "\\\\" : "\\u{\(String(scalar.value, radix: 16))}"
    }
}
