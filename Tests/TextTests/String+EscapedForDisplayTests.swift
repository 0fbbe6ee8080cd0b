import Testing

@testable import Text

@Suite struct `text escaped for display` {
    @Test(arguments: ["", " ", "a b", "/srv/über/漢字", "😀", "say \"hi\"", String(repeating: "x", count: 200)])
    func `is unchanged if it is readable`(_ text: String) { #expect(text.escapedForDisplay == text) }

    @Test(arguments: [
        ("a\nb", #"a\u{a}b"#), ("a\r\nb", #"a\u{d}\u{a}b"#), ("\0\t\u{7f}", #"\u{0}\u{9}\u{7f}"#),
        ("\u{1b}[31m", #"\u{1b}[31m"#), ("\u{202e}gnp", #"\u{202e}gnp"#), ("\u{2066}\u{200b}", #"\u{2066}\u{200b}"#),
        ("\u{85}\u{a0}\u{2028}", #"\u{85}\u{a0}\u{2028}"#), ("\u{feff}\u{e000}", #"\u{feff}\u{e000}"#),
        (#"\u{a}"#, #"\\u{a}"#), ("e\u{301}", #"e\u{301}"#),
    ])
    func `has everything else escaped`(_ text: String, escaped: String) { #expect(text.escapedForDisplay == escaped) }

    @Test(arguments: ["x", "\n", "é", "\u{202e}", "漢"])
    func `is cut to 200 characters, and then ends in three dots`(_ piece: String) {
        let escaped = String(repeating: piece, count: 10_000).escapedForDisplay
        #expect(escaped.unicodeScalars.count <= 200)
        #expect(escaped.unicodeScalars.count > 180)
        #expect(escaped.hasSuffix("..."))
    }

    @Test func `as lines keeps line feeds, tabs and backslashes, and is not cut`() {
        let line = #"C:\x"# + "\t" + String(repeating: "x", count: 1000) + "\n"
        #expect(line.linesEscapedForDisplay == line)
        #expect("a\r\n\u{1b}[31m\u{202e}".linesEscapedForDisplay == "a\\u{d}\n\\u{1b}[31m\\u{202e}")
    }

    @Test func `as a remedy keeps backslashes, is one line, and is not cut`() {
        let command = #"mv 'it'\''s' /srv/ü"# + String(repeating: "x", count: 1000)
        #expect(command.remedyEscapedForDisplay == command)
        #expect("a\r\n\t\u{1b}[31m\u{202e}".remedyEscapedForDisplay == "a\\u{d}\\u{a}\\u{9}\\u{1b}[31m\\u{202e}")
    }
}
