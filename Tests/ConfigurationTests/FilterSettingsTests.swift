import Configuration
import Testing

@Suite struct `the filter of a site` {
    private let etc: Etc
    private static let strategies = [
        "", "repository = \"alice/blog\"\ntag = \"v*\"\n",
        "repository = \"alice/blog\"\nbranch = \"main\"\nstrategy = \"release\"\n",
    ]

    init() throws { etc = try Etc() }

    private func filter(_ lines: String) throws -> FilterSettings {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\n\(lines)")
        return try #require(try etc.load().sites.first?.filter)
    }

    private func issues(_ line: String) throws -> [ConfigurationIssue] {
        try etc.issues(ofSite: "path = \"/srv/blog\"\n\(line)")
    }

    @Test func `deploys everything by default`() throws {
        #expect(try filter("").paths.isEmpty)
        #expect(try filter("").skip == nil)
    }

    @Test(arguments: strategies) func `is the same for every strategy`(_ lines: String) throws {
        let filter = try filter(lines + "paths = [\"site/**\", \"*.md\"]\nskip = \"[skip deploy]\"")
        #expect(filter.paths == ["site/**", "*.md"])
        #expect(filter.skip == "[skip deploy]")
    }

    @Test(arguments: ["-x", "a:b", "...", "[!a]/..x", "über uns/", "!x", "."])
    func `takes unusual patterns`(_ pattern: String) throws {
        #expect(try filter("paths = [\"\(pattern)\"]").paths == [pattern])
    }

    @Test(arguments: [
        ("[]", "is empty"), (#"["a", ""]"#, "contains an empty pattern"),
        (#"[":!site"]"#, "contains a pattern that starts with a colon: :!site"),
        (#"[":\u0301x"]"#, #"contains a pattern that starts with a colon: :\u{301}x"#),
        (#"["/site"]"#, "contains a pattern that starts with a slash: /site"),
        (#"["../x"]"#, "contains a pattern with ..: ../x"), (#"["a/.."]"#, "contains a pattern with ..: a/.."),
        (#"["a\nb"]"#, #"contains a pattern with invisible characters: a\u{a}b"#),
        (#""site/**""#, "is a string, but must be an array of strings"),
        (#"["a", true]"#, "contains a boolean, but must contain strings"),
    ])
    func `takes no pattern that git would read differently`(_ value: String, fact: String) throws {
        let issue = ConfigurationIssue(etc("sites/blog.toml:2"), "paths \(fact)", hint: #"paths = ["site/**"]"#)
        #expect(try issues("paths = \(value)") == [issue])
    }

    @Test(arguments: [
        ("", "is empty"), ("  ", "is blank"), (#"a\nb"#, #"contains invisible characters: a\u{a}b"#),
    ])
    func `needs a text for the messages of commits`(_ text: String, fact: String) throws {
        let issue = ConfigurationIssue(etc("sites/blog.toml:2"), "skip \(fact)", hint: #"skip = "[skip deploy]""#)
        #expect(try issues("skip = \"\(text)\"") == [issue])
    }
}
