import Testing

@testable import Text

@Suite struct `a text that is shown` {
    @Test(arguments: ["", " ", "a b", "/srv/über/漢字", "😀", "say \"hi\"", String(repeating: "x", count: 200)])
    func `stays as it is where it can be read`(_ text: String) { #expect(text.escapedForDisplay == text) }

    @Test(arguments: [
        ("a\nb", #"a\u{a}b"#), ("a\r\nb", #"a\u{d}\u{a}b"#), ("\0\t\u{7f}", #"\u{0}\u{9}\u{7f}"#),
        ("\u{1b}[31m", #"\u{1b}[31m"#), ("\u{202e}gnp", #"\u{202e}gnp"#), ("\u{2066}\u{200b}", #"\u{2066}\u{200b}"#),
        ("\u{85}\u{a0}\u{2028}", #"\u{85}\u{a0}\u{2028}"#), ("\u{feff}\u{e000}", #"\u{feff}\u{e000}"#),
        (#"\u{a}"#, #"\\u{a}"#), ("e\u{301}", #"e\u{301}"#),
    ])
    func `has everything else escaped`(_ text: String, shown: String) { #expect(text.escapedForDisplay == shown) }

    @Test(arguments: ["x", "\n", "é", "\u{202e}", "漢"])
    func `is 200 characters at most, and says that it was cut`(_ piece: String) {
        let shown = String(repeating: piece, count: 10_000).escapedForDisplay
        #expect(shown.unicodeScalars.count <= 200)
        #expect(shown.unicodeScalars.count > 180)
        #expect(shown.hasSuffix("..."))
    }
}
