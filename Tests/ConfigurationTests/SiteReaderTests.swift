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
                ConfigurationIssue(etc("sites/blog.toml"), "path is missing", hint: hint)
            ])
    }

    @Test(arguments: [
        ("", "path is empty"), ("srv/blog", "path is not an absolute path: srv/blog"),
        ("~/blog", "path is not an absolute path: ~/blog"),
        (#"/srv/a\nb"#, #"path contains invisible characters: /srv/a\u{a}b"#),
        (#"/srv/\u202egnp"#, #"path contains invisible characters: /srv/\u{202e}gnp"#),
        (#"/srv/\u001b[31m"#, #"path contains invisible characters: /srv/\u{1b}[31m"#),
    ])
    func `has an absolute path without invisible characters`(_ written: String, message: String) throws {
        #expect(try issues("\npath = \"\(written)\"").map(\.message) == [message])
        #expect(try issues("\npath = \"\(written)\"").map(\.place) == [place(2)])
    }

    @Test(arguments: [("/srv/blog///", "/srv/blog"), ("/srv/über uns", "/srv/über uns"), ("/", "/")])
    func `keeps its path without slashes at the end`(_ written: String, path: String) throws {
        #expect(try site("path = \"\(written)\"").path == path)
    }

    @Test(arguments: ["/srv/a\\u0000b", "/srv/a\\U00000000b"])
    func `has no NUL, which would end the path in C`(_ written: String) throws {
        #expect(
            try issues("path = \"\(written)\"").map(\.message) == ["the file contains a NUL character, written \\u0000"]
        )
    }

    @Test(arguments: ["alice/blog", "team/web/blog", "~alice/blog", "a.b_c-d/E"])
    func `has a repository as forges name them`(_ name: String) throws {
        #expect(try site("path = \"/srv/blog\"\nrepository = \"\(name)\"").repository?.description == name)
    }

    @Test(arguments: [
        ("blog", #"repository = "alice/blog""#), ("", #"repository = "alice/blog""#),
        ("alice/../blog", #"repository = "alice/blog""#),
        ("alice/blog/", #"repository = "alice/blog""#),
        ("git@github.com:bob/site.git", #"repository = "bob/site""#),
        ("https://github.com/bob/site", #"repository = "bob/site""#),
        ("bob/site.git", #"repository = "bob/site""#),
        (#"alice/bl\u202eog"#, #"repository = "alice/blog""#),
    ])
    func `has no repository that is not OWNER/NAME`(_ name: String, hint: String) throws {
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
    func `follows only valid names`(_ key: String, name: String) throws {
        let message = name.isEmpty ? "\(key) is empty" : "\(key) is not a valid \(key) name: \(name)"
        let lines = "path = \"/srv/blog\"\nrepository = \"alice/blog\"\n\(key) = \"\(name)\""
        #expect(try issues(lines).map(\.message) == [message])
        #expect(try issues(lines).map(\.place) == [place(3)])
    }

    @Test func `has a known forge`() throws {
        let issues = try issues("path = \"/srv/blog\"\nforge = \"sourceforge\"")
        #expect(issues.map(\.message) == ["unknown forge sourceforge"])
        #expect(
            issues.first?.hint?.hasPrefix(
                "known forges: forgejo, gitea, gogs, gitlab, bitbucket-server, bitbucket, github") == true)
    }

    @Test func `has times that are durations`() throws {
        let issues = try issues("path = \"/srv/blog\"\ntimeout = \"0s\"\ncatch_up = \"often\"")
        #expect(
            issues == [
                ConfigurationIssue(
                    place(2), "timeout is not a valid duration: 0s",
                    hint: "write 1 to 999999 and a unit, such as 500ms, 4s, 5m, 1h or 90d"),
                ConfigurationIssue(
                    place(3), "catch_up is not a valid duration: often",
                    hint: "write 1 to 999999 and a unit, such as 500ms, 4s, 5m, 1h or 90d, or 0 for never"),
            ])
    }

    @Test func `needs a file that is not empty`() throws {
        for text in ["", "\n\n", "# path = \"/srv/blog\"\n"] {
            let issues = try issues(text)
            #expect(issues.map(\.message) == ["the file is empty"])
            #expect(issues.first?.hint?.contains(#"path = "/srv/blog""#) == true)
        }
    }

    @Test(arguments: ["a", "9", "blog.example.com", "a_b-c", String(repeating: "x", count: 64)])
    func `has a name of letters, digits, dots, underscores and hyphens`(_ name: String) throws {
        try etc.write("bellpull.toml", "[[site]]\nname = \"\(name)\"\npath = \"/srv/a\"")
        try etc.write("sites/\(name)2.toml".replacing("x2", with: "2"), #"path = "/srv/b""#)
        #expect(try etc.load().sites.first { $0.path == "/srv/a" }?.name == name)
        #expect(try etc.load().sites.count == 2)
    }

    @Test(arguments: [
        (".x", ".x"), ("-x", "-x"), ("a/b", "a/b"), ("a b", "a b"), ("..", ".."), ("é", "é"),
        (#"a\nb"#, #"a\u{a}b"#), (#"\u202egnp"#, #"\u{202e}gnp"#),
        (String(repeating: "x", count: 65), String(repeating: "x", count: 65)),
        (String(repeating: "/", count: 9999), String(repeating: "/", count: 197) + "..."),
    ])
    func `has no other name`(_ name: String, shown: String) throws {
        try etc.write("bellpull.toml", "[[site]]\npath = \"/srv/blog\"\nname = \"\(name)\"")
        let issue = ConfigurationIssue(
            etc("bellpull.toml:3"), "invalid site name \(shown)",
            hint: "use 1 to 64 of A-Z, a-z, 0-9, . _ and -, starting with a letter or a digit")
        #expect(etc.issues() == [issue])
    }

    @Test func `in a table needs a name`() throws {
        try etc.write("bellpull.toml", "# sites\n[[ site ]]\npath = \"/srv/blog\"")
        #expect(
            etc.issues() == [ConfigurationIssue(etc("bellpull.toml:2"), "name is missing", hint: #"name = "blog""#)])
    }

    @Test func `in a table has a name that is not empty`() throws {
        try etc.write("bellpull.toml", "[[site]]\npath = \"/srv/blog\"\nname = \"\"")
        #expect(etc.issues().map(\.message) == ["name is empty"])
    }
}
