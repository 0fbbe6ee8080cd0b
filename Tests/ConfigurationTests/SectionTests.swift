import Configuration
import Testing

@Suite struct `a key` {
    private let etc: Etc

    init() throws { etc = try Etc(["sites/blog.toml": #"path = "/srv/blog""#]) }

    private func issues(_ lines: String) throws -> [ConfigurationIssue] {
        try etc.write("bellpull.toml", lines)
        return etc.issues()
    }

    @Test(arguments: [
        ("answer_within = 4", "answer_within is a whole number, not a text", #"answer_within = "4s""#),
        ("answer_within = 4.5", "answer_within is a number with a fraction, not a text", #"answer_within = "4s""#),
        ("drain = 10:00:00", "drain is a date or a time, not a text", #"drain = "10s""#),
        ("timeout = [\"5m\"]", "timeout is a list, not a text", #"timeout = "5m""#),
        ("timeout.max = 1", "timeout is a table, not a text", #"timeout = "5m""#),
        ("[timeout]", "timeout is a table, not a text", #"timeout = "5m""#),
        ("accept_sha1 = \"yes\"", "accept_sha1 is a text, not true or false", "accept_sha1 = true"),
        ("history_count = \"9\"", "history_count is a text, not a whole number", "history_count = 100000"),
        ("secret_file = 1234", "secret_file is a whole number, not a text", #"secret_file = "/etc/bellpull/secret""#),
        ("[site]", "site is a table, not a list", "[[site]], in double brackets, before each site's keys"),
        (
            "site = [1]", "site holds a whole number, not a table",
            "[[site]], in double brackets, before each site's keys"
        ),
    ])
    func `has a value of its type`(_ line: String, message: String, hint: String) throws {
        #expect(try issues("\n  \(line)\n") == [ConfigurationIssue(etc("bellpull.toml:2"), message, hint: hint)])
    }

    @Test(arguments: [
        ("answer-within", "answer_within?"), ("tiemout", "timeout?"), ("boby_limit", "body_limit?"),
        ("secret", #"a secret has a file of its own: secret_file = "/etc/bellpull/secret""#),
        ("path", "it belongs to a site: sites/NAME.toml, or [[site]]"),
        ("name", "it belongs to a site: sites/NAME.toml, or [[site]]"),
    ])
    func `of the main file is a known one`(_ key: String, hint: String) throws {
        let issue = ConfigurationIssue(etc("bellpull.toml:1"), "there is no key \(key) here", hint: hint)
        #expect(try issues("\(key) = \"x\"") == [issue])
    }

    @Test(arguments: [
        ("pth", "path?"), ("drain", "it belongs into the main file, bellpull.toml, before any [[site]]"),
        ("name", "the site is called as its file is, without .toml"),
        ("site", "it belongs into the main file, bellpull.toml, before any [[site]]"),
        (
            "\"x\u{202e}y\"",
            "known are repository, branch, tag, path, forge, strategy, timeout, catch_up, secret_file, secret_variable"
        ),
    ])
    func `of a site is a known one`(_ key: String, hint: String) throws {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\n\(key) = \"x\"")
        let shown = key.replacing("\"", with: "").replacing("\u{202e}", with: #"\u{202e}"#)
        let issue = ConfigurationIssue(etc("sites/blog.toml:2"), "there is no key \(shown) here", hint: hint)
        #expect(etc.issues() == [issue])
    }

    @Test func `is found in the right table`() throws {
        let text = """
            drain = "1s"
            [[site]]
            name = "a"
            path = "/srv/a"
              "timeout" = "x"

            [[site]] # the second
            name = "b"
            path = "/srv/b"
            timeout = "y"
            [[site]]
            name = "c"
            path = "/srv/c"
            """
        #expect(try issues(text).map(\.place) == [etc("bellpull.toml:5"), etc("bellpull.toml:10")])
    }

    @Test(arguments: ["\u{2028}", "\u{2029}", "\u{85}"])
    func `is on the line that an editor shows`(_ separator: String) throws {
        let text = "# one\(separator)still one\r\n# two\ntimeout = 5\n"
        #expect(try issues(text).map(\.place) == [etc("bellpull.toml:3")])
    }

    @Test func `that stands where no line shows it is placed in its file`() throws {
        let text = #"site = [{ name = "a", path = "/srv/a", timeout = 5 }]"#
        #expect(
            try issues(text) == [
                ConfigurationIssue(
                    etc("bellpull.toml"), "timeout is a whole number, not a text", hint: #"timeout = "5m""#)
            ])
    }
}
