import Testing

@testable import Webhook

@Suite struct `the JSON scanner` {
    private static let notJSON = Malformed("the payload is not JSON")

    private func scan(_ text: [UInt8]) throws {
        try text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            scanner.skipWhitespace()
            try scanner.skipValue()
            try scanner.finish()
        }
    }

    private func scan(_ text: String) throws { try scan(Array(text.utf8)) }

    /// Returns the scanner's position after the value at the start of `text`.
    private func end(of text: [UInt8]) throws -> Int {
        try text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            try scanner.skipValue()
            return scanner.position
        }
    }

    @Test(arguments: [
        "{}", "[]", " \t\r\n{ \t\r\n} \t\r\n", "[ ]", "true", "false", "null", #""""#, #""a""#,
        "0", "-0", "-0.0", "0.0", "7", "10", "1234567890", "1.5", "1e5", "1E5", "1E+05", "1e-5", "0e1", "0E+1",
        "-123.456e-789", "1e999",
        #""\"\\\/\b\f\n\r\t""#, #""\u0041\uD834\uDD1E\uabCD\u0000""#, #""\ud800""#, #""\\""#, #""\\\"""#,
        "\"\u{7f}\"", "\"é€😀\u{202e}\u{feff}\u{fffd}\"", "\"' / , : [ ] { }\"",
        "[1]", "[1,2]", "[ 1 , 2 ]", "[[],[[]],{}]", "[null,true,false,0,\"\",[],{}]",
        #"{"a":1}"#, #"{ "a" : 1 , "b" : 2 }"#, #"{"":0}"#, #"{"a":1,"a":2}"#, #"{"\u0061":1}"#, #"{"é":{"é":[]}}"#,
    ])
    func `accepts all of RFC 8259`(_ text: String) throws {
        try scan(text)
    }

    @Test(arguments: [
        "", " ", "[", "]", "{", "}", ",", ":", "[,", "{,", "[}", "{]", "[1}", #"{"a":1]"#,
        "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1", "[1,", #"["a""#, "[1]]", "[]]", "[] []", "[1:2]", "[\"a\":1]",
        #"{"a":1,}"#, "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a" 1}"#, #"{"a"::1}"#, #"{"a",1}"#, #"{"a":1 "b":2}"#,
        #"{"a":1,,"b":2}"#, #"{:1}"#, "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", #"{"a":1"#, #"{"a":"#, #"{"a"#,
        "{}}", "{},", "{}{}", "{} x", "{}#", "{}//", "/**/{}", "{/**/}", "#\n{}", "{}\0", "\0", "{}\u{1a}",
        "tru", "True", "truee", "TRUE", "t", "fals", "falsE", "nul", "nulll", "nil", "undefined", "yes", "x",
    ])
    func `rejects texts outside of RFC 8259`(_ text: String) {
        #expect(throws: Self.notJSON) { try scan(text) }
    }

    @Test(arguments: [
        "-", "+", "--1", "+1", "- 1", "01", "-01", "00", "0.", "1.", ".5", "-.5", ".", "1.e1", "1..2", "1.2.3", "1e",
        "1E+", "1e-", "1e+-1", "1ee1", "1e1.5", "0e", "e1", "1-", "1+1", "0x10", "0b1", "1_000", "1,000", "1 000", "1a",
        "NaN", "-NaN", "Infinity", "-Infinity", "inf", "\u{ff11}", "1\u{660}", "½", "1f", "1d", "1L",
    ])
    func `rejects malformed numbers`(_ text: String) {
        #expect(throws: Malformed.self) { try scan(text) }
        #expect(throws: Malformed.self) { try scan("[\(text)]") }
        #expect(throws: Malformed.self) { try scan("{\"a\":\(text)}") }
    }

    @Test(arguments: [
        #"""#, #""abc"#, #""\""#, #""\"#, #""\\\""#, #""\x""#, #""\'""#, #""\a""#, #""\0""#, #""\ ""#, #""\U0041""#,
        #""\N""#, #""\u""#, #""\u""#, #""\u1""#, #""\u12""#, #""\u123""#, #""\u12G4""#, #""\u 123""#, #""\u+123""#,
        #""\u-123""#, #""\u{41}""#, #""\u12"#, #""\uD8é""#, "\"\\\n\"", "\"\\\u{e9}\"", "\"a\nb\"", "\"a\rb\"",
        "\"a\tb\"", "\"\0\"", "\"\u{1}\"", "\"\u{1f}\"", "'a'", "a", #""a"b"#, #""a""b""#, "`a`", "\u{201c}a\u{201d}",
    ])
    func `rejects malformed strings`(_ text: String) {
        #expect(throws: Malformed.self) { try scan(text) }
        #expect(throws: Malformed.self) { try scan("[\(text)]") }
        #expect(throws: Malformed.self) { try scan("{\(text):1}") }
    }

    @Test(arguments: ["\u{feff}", "\u{a0}", "\u{0b}", "\u{0c}", "\u{85}", "\u{2028}", "\u{3000}", "\u{200b}", "\0"])
    func `accepts only four characters as white space`(_ space: String) {
        for text in ["\(space){}", "{}\(space)", "[\(space)1]", "[1\(space),2]", "{\"a\"\(space):1}"] {
            #expect(throws: Self.notJSON) { try scan(text) }
        }
    }

    @Test func `recognizes special bytes at any place in a string`() {
        // The scanner skips strings in pieces of sixteen bytes, and a special byte may be at any place in a piece.
        for offset in 0...32 {
            for byte in UInt8.min...UInt8.max {
                let content = plain(offset) + [byte] + plain(32 - offset)
                let isSpecial = byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                let isAccepted = (try? scan(quoted(content))) != nil
                #expect(isAccepted == !isSpecial, "byte \(byte) at \(offset)")
            }
        }
    }

    @Test func `ends a string at the first quotation mark without an escape`() throws {
        for offset in 0...32 {
            let after = [UInt8(ascii: ",")] + plain(16) + [UInt8(ascii: "\"")]
            #expect(try end(of: quoted(plain(offset)) + after) == offset + 2)
            for escape in [#"\""#, #"\\"#, #"\u0022"#, #"\u005c"#] {
                let content = plain(offset) + Array(escape.utf8)
                #expect(try end(of: quoted(content) + after) == content.count + 2, "\(escape) at \(offset)")
            }
        }
    }

    @Test(
        arguments: [
            [0xff], [0x80], [0xbf], [0xc3], [0xc0, 0xaf], [0xc1, 0xbf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80],
            [0xed, 0xb0, 0x80], [0xf0, 0x80, 0x80, 0xaf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80],
            [0xe2, 0x82], [0xc3, 0xff], [0xc3, 0x20], [0xe2, 0x82, 0xff], [0xe2, 0x82, 0x20], [0xe2, 0xff, 0xac],
            [0xf0, 0x9f, 0x98, 0xff], [0xf0, 0x9f, 0xc2, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xe0, 0x9f, 0xbf],
            [0xf0, 0x9f, 0x98], [0xf8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func `rejects invalid UTF-8 at any place in a string`(_ bytes: [UInt8]) {
        for offset in 0...32 {
            let string = quoted(plain(offset) + bytes)
            #expect(throws: Malformed("the payload is not UTF-8")) { try scan(string) }
            #expect(throws: Malformed("the payload is not UTF-8")) {
                try scan(Array("{".utf8) + string + Array(":1}".utf8))
            }
        }
    }

    @Test(arguments: [1, 2, 3, 31, 32, 62, 63]) func `knows of each open container whether it is an object`(
        _ depth: Int
    ) throws {
        for kinds in [0, UInt64.max, 0x5555_5555_5555_5555, 0x0f0f_f0f0_3333_8001] {
            let isObject = (0..<depth).map { kinds >> $0 & 1 == 1 }
            let opening = isObject.map { $0 ? #"{"a":"# : "[0," }.joined() + "[]"
            let closing = isObject.reversed().map { $0 ? "}" : "]" }
            try scan(opening + closing.joined())
            try scan(opening + closing.map { $0 == "}" ? #","b":{}}"# : ",{}]" }.joined())
            for level in closing.indices {
                var wrong = closing
                wrong[level] = wrong[level] == "}" ? "]" : "}"
                #expect(throws: Self.notJSON, "level \(level)") { try scan(opening + wrong.joined()) }
            }
        }
    }

    @Test func `accepts 64 nested levels`() throws {
        try scan(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
        try scan(String(repeating: #"{"a":"#, count: 64) + "0" + String(repeating: "}", count: 64))
        try scan("[" + String(repeating: "[],", count: 100) + "[]]")
        let tooDeep = Malformed("the payload is nested too deeply")
        #expect(throws: tooDeep) {
            try scan(String(repeating: "[", count: 65) + String(repeating: "]", count: 65))
        }
        #expect(throws: tooDeep) {
            try scan(String(repeating: #"{"a":"#, count: 65) + "0" + String(repeating: "}", count: 65))
        }
        #expect(throws: tooDeep) {
            try scan(String(repeating: #"[{"a":"#, count: 32) + "[]" + String(repeating: "}]", count: 32))
        }
    }

    @Test(arguments: ["[", #"{"a":"#, #"[{"":"#])
    func `rejects 100,000 nested levels within 50 ms`(_ opening: String) {
        let text = Array(String(repeating: opening, count: 100_000).utf8)
        let duration = ContinuousClock().measure {
            #expect(throws: Malformed("the payload is nested too deeply")) { try scan(text) }
        }
        #expect(duration < .milliseconds(50))
    }

    @Test func `accepts numbers of 64 characters`() throws {
        let tooLong = Malformed("a number in the payload is longer than 64 characters")
        let digits = [UInt8](repeating: UInt8(ascii: "9"), count: 64)
        try scan(digits)
        #expect(throws: tooLong) { try scan(digits + digits.prefix(1)) }
        #expect(throws: tooLong) { try scan("-" + String(repeating: "1", count: 64)) }
        #expect(throws: tooLong) { try scan("0." + String(repeating: "1", count: 63)) }
        #expect(throws: tooLong) { try scan("1e" + String(repeating: "1", count: 63)) }
        #expect(throws: tooLong) { try scan([UInt8](repeating: UInt8(ascii: "1"), count: 1_000_000)) }
    }

    private func plain(_ count: Int) -> [UInt8] { [UInt8](repeating: UInt8(ascii: "a"), count: count) }

    private func quoted(_ content: [UInt8]) -> [UInt8] { [UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")] }
}
