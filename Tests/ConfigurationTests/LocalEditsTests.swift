import Configuration
import Testing

@Suite struct `the key local_edits` {
    private let etc: Etc
    private static let lines = """
        path = "/srv/blog"
        repository = "alice/blog"
        branch = "main"
        strategy = "mirror"

        """

    init() throws { etc = try Etc() }

    @Test func `is refuse or save`() throws {
        for (text, value) in [
            ("", LocalEdits.refuse), ("local_edits = \"save\"", .save), ("local_edits = \"refuse\"", .refuse),
        ] {
            try etc.write("sites/blog.toml", Self.lines + text)
            #expect(try etc.load().sites.map(\.localEdits) == [value])
        }
    }

    @Test func `keeps saved edits as long as the history`() throws {
        try etc.write("sites/blog.toml", Self.lines + "local_edits = \"save\"")
        #expect(try etc.load().sites.map(\.historyAge) == [.seconds(90 * 86_400)])
        try etc.write("bellpull.toml", "history_age = \"2d\"")
        #expect(try etc.load().sites.map(\.historyAge) == [.seconds(2 * 86_400)])
    }

    @Test(arguments: [
        ("Save", "local_edits is neither refuse nor save: Save"), ("", "local_edits is empty"),
        (#"\u202e"#, #"local_edits is neither refuse nor save: \u{202e}"#),
    ])
    func `is nothing else`(_ text: String, message: String) throws {
        let hint = #"local_edits = "refuse" or local_edits = "save""#
        let issue = ConfigurationIssue(etc("sites/blog.toml:5"), message, hint: hint)
        #expect(try etc.issues(ofSite: Self.lines + "local_edits = \"\(text)\"") == [issue])
    }
}
