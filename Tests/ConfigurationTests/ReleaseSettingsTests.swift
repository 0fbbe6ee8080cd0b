import Configuration
import Testing

@Suite struct `a release site` {
    private let etc: Etc
    private static let lines = """
        path = "/srv/blog"
        repository = "alice/blog"
        branch = "main"
        strategy = "release"

        """

    init() throws { etc = try Etc() }

    private func release(_ line: String) throws -> ReleaseSettings {
        try etc.write("sites/blog.toml", Self.lines + line)
        return try #require(try etc.load().sites.first?.release)
    }

    /// Returns the messages of the issues, and expects all on line 5, with `hint`.
    private func messages(_ line: String, hint: String) throws -> [String] {
        let issues = try etc.issues(ofSite: Self.lines + line)
        #expect(issues.allSatisfy { $0.place == etc("sites/blog.toml:5") && $0.hint == hint })
        return issues.map(\.message)
    }

    @Test(arguments: [2, 5, 1000]) func `keeps two to a thousand releases`(_ count: Int) throws {
        #expect(try release("keep = \(count)").keep == count)
    }

    @Test(arguments: [-1, 0, 1, 1001]) func `keeps no other number of releases`(_ count: Int) throws {
        let message = "keep is \(count), but must be from 2 to 1000"
        #expect(try messages("keep = \(count)", hint: "keep = 5") == [message])
    }

    @Test(arguments: [
        #"["uploads", ".env"]"#, #"["a/b", "a/c", "ab"]"#, #"["über uns/Bilder", "...", "a.git", "-x", "*"]"#, "[]",
        "[\n  \"uploads\", # a comment\n]",
    ])
    func `shares paths inside the release`(_ array: String) throws {
        #expect(try release("shared = \(array)").shared.count == array.split(separator: "\"").count / 2)
    }

    @Test(arguments: [
        (#""""#, "an empty path"), (#""/etc""#, "an absolute path: /etc"),
        (#""uploads/""#, "a path with a superfluous slash: uploads/"),
        (#""a//b""#, "a path with a superfluous slash: a//b"), (#""..""#, "a path with . or ..: .."),
        (#""a/../b""#, "a path with . or ..: a/../b"), (#"".""#, "a path with . or ..: ."),
        (#""./a""#, "a path with . or ..: ./a"), (#""..\u0301/a", "../b""#, "a path with . or ..: ../b"),
        (#"".git""#, "a path with .git: .git"), (#""a/.GIT/hooks""#, "a path with .git: a/.GIT/hooks"),
        (#""a\nb""#, #"a path with invisible characters: a\u{a}b"#),
        (#""a\u202eb""#, #"a path with invisible characters: a\u{202e}b"#),
        (#""a", "b", "a""#, "a twice"), (#""a/b/c", "a-b", "a""#, "both a and, inside it, a/b/c"),
    ])
    func `shares no other path`(_ elements: String, fact: String) throws {
        let messages = try messages("shared = [\(elements)]", hint: #"shared = ["uploads", ".env"]"#)
        #expect(messages == ["shared contains \(fact)"])
    }

    @Test func `shares a list of strings`() throws {
        let hint = #"shared = ["uploads", ".env"]"#
        #expect(
            try messages("shared = \"uploads\"", hint: hint) == ["shared is a string, but must be an array of strings"])
        #expect(
            try messages("shared = [\"a\", 1]", hint: hint) == ["shared contains an integer, but must contain strings"])
    }
}
