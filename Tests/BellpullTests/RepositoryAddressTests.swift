import Testing

@testable import bellpull

@Suite struct `the address of a repository` {
    @Test(arguments: [
        ("alice/blog", ["https://github.com/alice/blog.git", "git@github.com:alice/blog.git"], "alice/blog"),
        ("alice/blog.git", ["https://github.com/alice/blog.git", "git@github.com:alice/blog.git"], "alice/blog"),
        (
            "codeberg.org/alice/blog", ["https://codeberg.org/alice/blog.git", "git@codeberg.org:alice/blog.git"],
            "alice/blog"
        ),
        (
            "gitlab.com/team/web/docs",
            ["https://gitlab.com/team/web/docs.git", "git@gitlab.com:team/web/docs.git"], "team/web/docs"
        ),
        ("https://example.org/alice/blog.git", ["https://example.org/alice/blog.git"], "alice/blog"),
        ("https://example.org/scm/web/blog.git", ["https://example.org/scm/web/blog.git"], "web/blog"),
        ("git@example.org:alice/blog.git", ["git@example.org:alice/blog.git"], "alice/blog"),
        ("ssh://git@example.org:2222/alice/blog", ["ssh://git@example.org:2222/alice/blog"], "alice/blog"),
        ("/srv/git/alice/blog.git", ["/srv/git/alice/blog.git"], "alice/blog"),
    ])
    func `is a short name, a URL or a path`(_ text: String, _ urls: [String], _ name: String) throws {
        let address = try RepositoryAddress(text)
        #expect(address.urls == urls)
        #expect(address.repository?.description == name)
    }

    @Test(arguments: [
        "", "blog", "team/web/docs", "./alice/blog", "../blog", "alice/", "-x/y", "alice/--upload-pack=x", "ext::sh",
        "git://example.org/alice/blog", "ftp://example.org/alice/blog", "https:///alice/blog", "alice/blog\u{202e}",
        "https://user@example.org/alice/blog", "https://example.org", "ssh://-oProxyCommand=x/alice/blog",
    ])
    func `is refused as a usage error`(_ text: String) {
        let error = #expect(throws: CommandError.self) { try RepositoryAddress(text) }
        #expect(error?.kind == .usage)
        #expect(error?.explanations.allSatisfy { $0.hint != nil } == true)
    }
}
