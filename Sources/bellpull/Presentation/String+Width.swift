extension String {
    /// The width of the text in terminal columns. East Asian characters and emoji fill two columns each.
    var displayWidth: Int { reduce(0) { $0 + Self.width(of: $1) } }

    /// Returns the text in lines of up to `width - indentation` columns, broken between words. A longer word has a line of
    /// its own. Without a width, or if less than 20 columns are left, the text stays in one line.
    func wrapped(toWidth width: Int?, indentedBy indentation: Int) -> [String] {
        guard let width, width - indentation >= 20 else { return [self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.displayWidth + 1 + String(word).displayWidth > width - indentation {
                lines.append(line)
                line = String(word)
            } else {
                line += lines.isEmpty && line.isEmpty ? String(word) : " \(word)"
            }
        }
        return lines + [line]
    }

    /// The text without blanks at its end.
    var withoutTrailingSpaces: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    private static func width(of character: Character) -> Int {
        character.unicodeScalars.contains { scalar in wide.contains { $0.contains(scalar.value) } } ? 2 : 1
    }

    /// The main blocks of wide characters (Unicode Standard Annex #11).
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
        0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1faff, 0x20000...0x3fffd,
    ]
}
