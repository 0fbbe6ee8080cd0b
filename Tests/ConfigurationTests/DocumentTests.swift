import Configuration
import Testing

@Suite struct `a configuration file` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    @Test(arguments: [
        ("path = /srv/blog", 1, 8), ("a = 1\nb = \"x\n", 2, 7), ("path", 1, 5), ("a = 1\na = 2", 2, 5), ("= 1", 1, 1),
        ("[x", 1, 3), ("a = 99999999999999999999", 1, 25), ("a = \"\\q\"", 1, 7), ("é = 1", 1, 1),
    ])
    func `reports line and column of text that is not TOML`(_ text: String, line: Int, column: Int) throws {
        let issues = try etc.issues(ofSite: text)
        #expect(issues.map(\.place) == [etc("sites/blog.toml:\(line)")])
        #expect(issues.first?.message.hasPrefix("is not TOML at column \(column): ") == true)
        #expect(issues.first?.hint?.contains(#"path = "/srv/blog""#) == true)
    }

    @Test func `that is not TOML shows no possible secret`() throws {
        for text in [
            "secret = hunter2hunter2", "hunter2hunter2", "secret = 2222222222222222222222",
            "secret_file = \"hunter2hunter2", "a = hunter2 = b",
        ] {
            let issues = try etc.issues(ofSite: text)
            #expect(issues.count == 1)
            #expect(issues.allSatisfy { !"\($0)".contains("hunter2") && !"\($0)".contains("22222") }, "\(issues)")
        }
    }

    @Test func `that is not TOML is explained with the parser's message`() throws {
        let start = "is not TOML at column"
        #expect(try etc.issues(ofSite: "path\n").map(\.message) == ["\(start) 5: expected '=', saw '\\n'"])
        #expect(
            try etc.issues(ofSite: "a = 22222222222222222222").map(\.message)
                == ["\(start) 25: the value is not representable in 64 bits"])
    }

    @Test func `of deeply nested tables does not crash the program`() throws {
        let deep = String(repeating: "a.", count: 100_000)
        for text in ["\(deep)a = 1", "[\(deep)a]", "x = [\n{ \(deep)a = 1 } ]", "path = \"/srv\"\n\(deep)a = 1\n?"] {
            #expect(try etc.issues(ofSite: text).map(\.message) == ["has more than 100 dots on one line"])
        }
        let nested = String(repeating: String(repeating: "a.", count: 99) + "a = [{\n", count: 120)
        #expect(try etc.issues(ofSite: nested).count == 1)
        let closed = nested + String(repeating: "}]", count: 120)
        #expect(try !etc.issues(ofSite: closed).isEmpty)
        let arrays = String(repeating: "[", count: 100_000)
        #expect(try etc.issues(ofSite: "a = \(arrays)").count == 1)
    }

    @Test func `may have many dots in a comment`() throws {
        let line = "  # \(String(repeating: ".", count: 200))\n"
        #expect(try etc.issues(ofSite: line + "path = \"/srv/blog\"\n" + line).isEmpty)
    }

    @Test func `may have the line endings of Windows`() throws {
        #expect(try etc.issues(ofSite: "\u{feff}path = \"/srv/blog\"\r\ntimeout = \"1m\"\r\n").isEmpty)
        #expect(
            try etc.issues(ofSite: "path = \"/srv/blog\"\r\ntimeout = 1\r\n").map(\.place) == [
                etc("sites/blog.toml:2")
            ])
    }
}
