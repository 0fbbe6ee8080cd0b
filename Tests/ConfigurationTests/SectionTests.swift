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
        ("answer_within = 4", "answer_within is an integer, but must be a string", #"answer_within = "4s""#),
        ("answer_within = 4.5", "answer_within is a float, but must be a string", #"answer_within = "4s""#),
        ("drain = 10:00:00", "drain is a date or a time, but must be a string", #"drain = "10s""#),
        ("timeout = [\"5m\"]", "timeout is an array, but must be a string", #"timeout = "5m""#),
        ("timeout.max = 1", "timeout is a table, but must be a string", #"timeout = "5m""#),
        ("[timeout]", "timeout is a table, but must be a string", #"timeout = "5m""#),
        ("accept_sha1 = \"yes\"", "accept_sha1 is a string, but must be true or false", "accept_sha1 = true"),
        ("history_count = \"9\"", "history_count is a string, but must be an integer", "history_count = 100000"),
        (
            "secret_file = 1234", "secret_file is an integer, but must be a string",
            #"secret_file = "/etc/bellpull/secret""#
        ),
        (
            "[site]", "site is a table, but must be an array of tables",
            "write [[site]], in double brackets, before each site's keys"
        ),
        (
            "site = [1]", "site contains an integer, but must contain tables",
            "write [[site]], in double brackets, before each site's keys"
        ),
    ])
    func `has a value of its type`(_ line: String, message: String, hint: String) throws {
        #expect(try issues("\n  \(line)\n") == [ConfigurationIssue(etc("bellpull.toml:2"), message, hint: hint)])
    }

    @Test(arguments: [
        ("answer-within", "did you mean answer_within?"), ("tiemout", "did you mean timeout?"),
        ("boby_limit", "did you mean body_limit?"),
        ("secret", #"write the secret to a file of its own: secret_file = "/etc/bellpull/secret""#),
        ("path", "move path to a site: to sites/NAME.toml or into a [[site]] table"),
        ("name", "move name into a [[site]] table"),
    ])
    func `of the main file must be known`(_ key: String, hint: String) throws {
        let issue = ConfigurationIssue(etc("bellpull.toml:1"), "unknown key \(key)", hint: hint)
        #expect(try issues("\(key) = \"x\"") == [issue])
    }

    @Test(arguments: [
        ("pth", "did you mean path?"), ("drain", "move drain to the main file, before the first [[site]]"),
        ("name", "remove name: the site's name is the name of this file without .toml"),
        ("site", "move the [[site]] table to the main file, or remove the line [[site]]"),
        (
            "\"x\u{202e}y\"",
            """
            known keys: repository, branch, tag, path, forge, strategy, url, timeout, catch_up, secret_file, \
            secret_variable, local_edits, remote, shared, keep, submodules, lfs, paths, skip, build, test, health, after, \
            build_timeout, test_timeout, health_timeout, after_timeout, health_status, health_text, health_retries, \
            on_newer, environment_file, allow_read, allow_write, unfenced, notify, notify_on, notify_read, notify_url, \
            notify_secret_file, status_token_file, status_api, status_url
            """
        ),
    ])
    func `of a site must be known`(_ key: String, hint: String) throws {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\n\(key) = \"x\"")
        let shown = key.replacing("\"", with: "").replacing("\u{202e}", with: #"\u{202e}"#)
        let issue = ConfigurationIssue(etc("sites/blog.toml:2"), "unknown key \(shown)", hint: hint)
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

    @Test func `is not the element of an array before it`() throws {
        try etc.write("sites/blog.toml", "paths = [\n  \"path\",\n  \"skip\"\n]\npath = 1\n'skip' = 1")
        #expect(etc.issues().map(\.place) == [etc("sites/blog.toml:5"), etc("sites/blog.toml:6")])
    }

    @Test(arguments: ["\u{2028}", "\u{2029}", "\u{85}"])
    func `is on the line that an editor shows`(_ separator: String) throws {
        let text = "# one\(separator)still one\r\n# two\ntimeout = 5\n"
        #expect(try issues(text).map(\.place) == [etc("bellpull.toml:3")])
    }

    @Test func `in an inline table is reported without a line`() throws {
        let text = #"site = [{ name = "a", path = "/srv/a", timeout = 5 }]"#
        #expect(
            try issues(text) == [
                ConfigurationIssue(
                    etc("bellpull.toml"), "timeout is an integer, but must be a string", hint: #"timeout = "5m""#)
            ])
    }
}
