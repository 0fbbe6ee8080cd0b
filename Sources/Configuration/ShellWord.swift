internal import Text

/// A text quoted as one word for a shell (bash, zsh): `/srv/blog`, `'/srv/my blog'` or `$'/srv/a\x0ab'`.
struct ShellWord: CustomStringConvertible {
    let description: String

    /// The longest word, in bytes. A longer one is cut for display, and cannot be pasted.
    private static let limit = 512

    /// Quotes `text` if necessary.
    init(_ text: String) {
        let word =
            if !text.isEmpty, text.unicodeScalars.allSatisfy(Self.isPlain) {
                text
            } else if text.unicodeScalars.allSatisfy(Self.isVisible) {
                "'\(text.replacing("'", with: #"'\''"#))'"
            } else {
                "$'\(text.unicodeScalars.map(Self.escape).joined())'"
            }
        description = word.utf8.count <= Self.limit ? word : text.escapedForDisplay
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "/", ".", "_", "-", "+", ":", ",", "@", "%": true
        default: false
        }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\\" || String(scalar).escapedForDisplay.unicodeScalars.count == 1
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        if scalar == "\\" || scalar == "'" { return "\\\(scalar)" }
        guard !isVisible(scalar) else { return String(scalar) }
        return String(scalar).utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
