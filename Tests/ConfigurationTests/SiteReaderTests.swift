import Configuration
import Foundation
import Git
import Testing

@Suite struct `a site` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func issues(_ lines: String) throws -> [ConfigurationIssue] {
        try etc.write("sites/blog.toml", lines)
        return etc.issues()
    }

    private func site(_ lines: String) throws -> SiteSettings {
        try etc.write("sites/blog.toml", lines)
        return try #require(try etc.load().sites.first)
    }

    private func place(_ line: Int) -> String { etc("sites/blog.toml:\(line)") }

    @Test func `needs a path`() throws {
        let hint = #"path = "/srv/blog""#
        #expect(
            try issues(#"branch = "main""#) == [
                ConfigurationIssue(etc("sites/blog.toml"), "there is no path", hint: hint)
            ])
    }

    @Test(arguments: [
        ("", "empty"), ("srv/blog", "srv/blog"), ("~/blog", "~/blog"), (#"/srv/a\nb"#, #"/srv/a\u{a}b"#),
        (#"/srv/\u202egnp"#, #"/srv/\u{202e}gnp"#), (#"/srv/\u001b[31m"#, #"/srv/\u{1b}[31m"#),
    ])
    func `has an absolute path without invisible characters`(_ written: String, shown: String) throws {
        let message = "path is \(shown), which is not an absolute path"
        #expect(try issues("\npath = \"\(written)\"").map(\.message) == [message])
        #expect(try issues("\npath = \"\(written)\"").map(\.place) == [place(2)])
    }

    @Test(arguments: [("/srv/blog///", "/srv/blog"), ("/srv/über uns", "/srv/über uns"), ("/", "/")])
    func `keeps its path but for slashes at the end`(_ written: String, path: String) throws {
        #expect(try site("path = \"\(written)\"").path == path)
    }

    @Test(arguments: ["/srv/a\\u0000b", "/srv/a\\U00000000b"])
    func `has no NUL, which C would end the text with`(_ written: String) throws {
        #expect(
            try issues("path = \"\(written)\"").map(\.message) == ["holds a NUL character, written \\u0000"])
    }

    @Test(arguments: ["alice/blog", "team/web/blog", "~alice/blog", "a.b_c-d/E"])
    func `has a repository as forges name them`(_ name: String) throws {
        #expect(try site("path = \"/srv/blog\"\nrepository = \"\(name)\"").repository?.description == name)
    }

    @Test(arguments: [
        ("blog", #"repository = "alice/blog""#), ("", #"repository = "alice/blog""#),
        ("alice/../blog", #"repository = "alice/blog""#),
        ("alice/blog/", #"repository = "alice/blog", as the forge writes it"#),
        ("git@github.com:bob/site.git", #"repository = "bob/site", as the forge writes it"#),
        ("https://github.com/bob/site", #"repository = "bob/site", as the forge writes it"#),
        ("bob/site.git", #"repository = "bob/site", as the forge writes it"#),
        (#"alice/bl\u202eog"#, #"repository = "alice/blog""#),
    ])
    func `has no repository by another name`(_ name: String, hint: String) throws {
        let issues = try issues("path = \"/srv/blog\"\nrepository = \"\(name)\"")
        #expect(issues.map(\.place) == [place(2)])
        #expect(issues.map(\.hint) == [hint])
    }

    @Test func `follows a branch, branches or tags`() throws {
        let lines = "repository = \"alice/blog\"\npath = \"/srv/blog\"\n"
        #expect(try site(lines).follows == nil)
        #expect(try site(lines + #"branch = "docs/next""#).follows == RefPattern(branch: "docs/next"))
        #expect(try site(lines + #"branch = "release/*""#).follows == RefPattern(branch: "release/*"))
        #expect(try site(lines + #"tag = "v*""#).follows == RefPattern(tag: "v*"))
    }

    @Test func `does not follow both a branch and a tag`() throws {
        let lines = "repository = \"alice/blog\"\npath = \"/srv/blog\"\nbranch = \"main\"\ntag = \"v*\""
        let hint = #"keep one of them: branch = "main" or tag = "v*""#
        #expect(
            try issues(lines) == [ConfigurationIssue(place(4), "both branch and tag are set", hint: hint)])
    }

    @Test(arguments: [
        ("branch", "-x"), ("branch", "a..b"), ("branch", ""), ("tag", ""), ("tag", "v 1"),
        ("branch", "refs/heads/main"),
    ])
    func `follows nothing that git would refuse`(_ key: String, name: String) throws {
        let message = name.isEmpty ? "\(key) is empty" : "\(key) is not a valid \(key) name: \(name)"
        let lines = "path = \"/srv/blog\"\nrepository = \"alice/blog\"\n\(key) = \"\(name)\""
        #expect(try issues(lines).map(\.message) == [message])
        #expect(try issues(lines).map(\.place) == [place(3)])
    }

    @Test func `names a forge that there is`() throws {
        let issues = try issues("path = \"/srv/blog\"\nforge = \"sourceforge\"")
        #expect(issues.map(\.message) == ["there is no forge sourceforge"])
        #expect(issues.first?.hint?.hasPrefix("one of forgejo, gitea, gitlab, bitbucket, github") == true)
    }

    @Test func `has times that are durations`() throws {
        let issues = try issues("path = \"/srv/blog\"\ntimeout = \"0s\"\ncatch_up = \"often\"")
        #expect(
            issues == [
                ConfigurationIssue(
                    place(2), "timeout is 0s, which is not a duration", hint: "such as 500ms, 4s, 5m, 1h or 90d"),
                ConfigurationIssue(
                    place(3), "catch_up is often, which is not a duration",
                    hint: "such as 500ms, 4s, 5m, 1h or 90d, or 0 for never"),
            ])
    }

    @Test func `says what it needs if its file is empty`() throws {
        for text in ["", "\n\n", "# path = \"/srv/blog\"\n"] {
            let issues = try issues(text)
            #expect(issues.map(\.message) == ["is empty"])
            #expect(issues.first?.hint?.contains(#"path = "/srv/blog""#) == true)
        }
    }

    @Test(arguments: ["a", "9", "blog.example.com", "a_b-c", String(repeating: "x", count: 64)])
    func `is called by letters, digits and few signs`(_ name: String) throws {
        try etc.write("bellpull.toml", "[[site]]\nname = \"\(name)\"\npath = \"/srv/a\"")
        try etc.write("sites/\(name)2.toml".replacing("x2", with: "2"), #"path = "/srv/b""#)
        #expect(try etc.load().sites.first { $0.path == "/srv/a" }?.name == name)
        #expect(try etc.load().sites.count == 2)
    }

    @Test(arguments: [
        ("", "the empty text"), (".x", ".x"), ("-x", "-x"), ("a/b", "a/b"), ("a b", "a b"), ("..", ".."), ("é", "é"),
        (#"a\nb"#, #"a\u{a}b"#), (#"\u202egnp"#, #"\u{202e}gnp"#),
        (String(repeating: "x", count: 65), String(repeating: "x", count: 65)),
        (String(repeating: "/", count: 9999), String(repeating: "/", count: 197) + "..."),
    ])
    func `is called by nothing else`(_ name: String, shown: String) throws {
        try etc.write("bellpull.toml", "[[site]]\npath = \"/srv/blog\"\nname = \"\(name)\"")
        let issue = ConfigurationIssue(
            etc("bellpull.toml:3"), "\(shown) cannot be a site's name",
            hint: "1 to 64 of A-Z, a-z, 0-9, . _ and -, the first a letter or a digit")
        #expect(etc.issues() == [issue])
    }

    @Test func `in a table needs a name`() throws {
        try etc.write("bellpull.toml", "# sites\n[[ site ]]\npath = \"/srv/blog\"")
        #expect(
            etc.issues() == [ConfigurationIssue(etc("bellpull.toml:2"), "there is no name", hint: #"name = "blog""#)])
    }
}
