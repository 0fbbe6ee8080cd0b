import Testing

@testable import FastCGI

@Suite struct `a field value` {
    @Test(arguments: ["", "abc-1", "~!#$%&'()*+,-./:;<=>?@[]^_`{|}", "a  b", String(repeating: "x", count: 200)])
    func `leaves printable ASCII unchanged`(_ text: String) {
        #expect(FieldValue(escaping: text).description == text)
    }

    @Test(arguments: [
        ("a\nb", #"a\u{a}b"#), ("a\r\nBellpull-Outcome: deployed", #"a\u{d}\u{a}Bellpull-Outcome: deployed"#),
        ("\t", #"\u{9}"#), ("\0", #"\u{0}"#), ("\u{7f}", #"\u{7f}"#), ("\u{1b}[31m", #"\u{1b}[31m"#),
        ("\u{202e}gnp.exe", #"\u{202e}gnp.exe"#), ("\u{feff}", #"\u{feff}"#), ("\u{85}\u{a0}", #"\u{85}\u{a0}"#),
        ("é", #"\u{e9}"#), ("e\u{301}", #"e\u{301}"#), ("👩‍🚀", #"\u{1f469}\u{200d}\u{1f680}"#),
        ("\u{10ffff}", #"\u{10ffff}"#), ("say \"hi\"", #"say \"hi\""#), (#"C:\x"#, #"C:\\x"#), (#"\u{a}"#, #"\\u{a}"#),
    ])
    func `escapes everything else`(_ text: String, escaped: String) {
        #expect(FieldValue(escaping: text).description == escaped)
    }

    @Test(arguments: [
        (" ", #"\u{20}"#), ("  ", #"\u{20}\u{20}"#), (" push", #"\u{20}push"#), ("a b ", #"a b\u{20}"#),
        ("\n a", #"\u{a} a"#),
    ])
    func `escapes spaces at its ends, which a web server would drop`(_ text: String, escaped: String) {
        #expect(FieldValue(escaping: text).description == escaped)
    }

    @Test(arguments: ["x", "\n", "\"", "é", "\u{202e}", "👩‍🚀", "a\u{301}\u{301}\u{301}"])
    func `is cut to 200 characters, and then ends in three dots`(_ piece: String) {
        let value = FieldValue(escaping: String(repeating: piece, count: 10_240)).description
        #expect(value.utf8.count <= 200)
        #expect(value.utf8.count > 180)
        #expect(value.hasSuffix("..."))
        #expect(value.utf8.allSatisfy { (0x20...0x7e).contains($0) })
    }

    @Test func `is not cut inside an escape sequence`() {
        let text = String(repeating: "x", count: 192) + "\u{202e}yz"
        #expect(FieldValue(escaping: text).description == String(repeating: "x", count: 192) + "...")
    }

    @Test func `from a literal equals the same value from a string`() {
        #expect(FieldValue(escaping: "deployed") == "deployed")
        #expect("a\nb" as FieldValue == FieldValue(escaping: "a\nb"))
    }
}
