/// Reads the syntax of nginx's configuration: words, quotation marks, comments, semicolons and braces.
struct NginxScanner {
    private enum Token {
        case word(String)
        case end, open, close
    }

    private var rest: Substring.UnicodeScalarView

    init(_ text: String) {
        rest = text[...].unicodeScalars
    }

    /// Reads the directives up to the closing brace of the block, or up to the end of the file.
    ///
    /// - Parameter expand: Returns the replacement of a directive without a block: the directive itself, or the
    ///   contents of the files in an `include`.
    mutating func directives(_ expand: (NginxDirective) -> [NginxDirective]) -> [NginxDirective] {
        var directives: [NginxDirective] = []
        var words: [String] = []
        while let token = nextToken() {
            switch token {
            case .word(let word):
                words.append(word)
                continue
            case .close: return directives
            case .end: directives += Self.directive(words, []).map(expand) ?? []
            case .open: directives += Self.directive(words, self.directives(expand)).map { [$0] } ?? []
            }
            words = []
        }
        return directives
    }

    private static func directive(_ words: [String], _ block: [NginxDirective]) -> NginxDirective? {
        words.first.map { NginxDirective(name: $0, arguments: Array(words.dropFirst()), block: block) }
    }

    private mutating func nextToken() -> Token? {
        rest = rest.drop { $0.properties.isWhitespace }
        while rest.first == "#" {
            rest = rest.drop { $0 != "\n" }.drop { $0.properties.isWhitespace }
        }
        guard let first = rest.first else { return nil }
        switch first {
        case ";": return punctuation(.end)
        case "{": return punctuation(.open)
        case "}": return punctuation(.close)
        case "\"", "'":
            rest.removeFirst()
            return .word(word { $0 == first })
        default: return .word(word { $0 == ";" || $0 == "{" || $0.properties.isWhitespace })
        }
    }

    private mutating func punctuation(_ token: Token) -> Token {
        rest.removeFirst()
        return token
    }

    /// Reads a word up to the first scalar with a true `isEnd`, and skips a closing quotation mark.
    private mutating func word(until isEnd: (Unicode.Scalar) -> Bool) -> String {
        var word = String.UnicodeScalarView()
        while let scalar = rest.first {
            // The brace of `${name}` belongs to the word.
            if isEnd(scalar), !(scalar == "{" && word.last == "$") { break }
            rest.removeFirst()
            // A scalar after a backslash never ends a word.
            if scalar == "\\", let escaped = rest.popFirst() { word += [scalar, escaped] } else { word.append(scalar) }
        }
        if rest.first == "\"" || rest.first == "'" { rest.removeFirst() }
        return String(word)
    }
}
