import Configuration
import Testing

@Suite struct `the remote of a release site` {
    private let etc: Etc
    private static let lines = """
        path = "/srv/blog"
        repository = "alice/blog"
        branch = "main"
        strategy = "release"

        """

    init() throws { etc = try Etc() }

    @Test(arguments: [
        "git@github.com:alice/blog.git", "github-blog:alice/blog", "https://github.com/alice/blog.git",
        "https://org@dev.azure.com/org/blog/_git/blog", "ssh://git@host:2222/alice/blog.git",
        "ssh://git@[::1]:22/alice/blog", "git@[::1]:alice/blog.git", "http://host/alice/blog",
        "file:///srv/git/blog.git",
        "/srv/git/blog.git", "/srv/a:b@c/blog.git", "/srv/über uns.git",
    ])
    func `is a URL or an absolute path`(_ text: String) throws {
        try etc.write("sites/blog.toml", Self.lines + "remote = \"\(text)\"")
        #expect(try etc.load().sites.map(\.release?.remote) == [text])
    }

    @Test(arguments: [
        ("", "is empty"), ("-oProxyCommand=id", "starts with a hyphen: -oProxyCommand=id"),
        ("--upload-pack=id", "starts with a hyphen: --upload-pack=id"),
        ("ext::sh -c id", "names a program for git to run: ext::sh -c id"),
        ("fd::7", "names a program for git to run: fd::7"), ("::x", "names a program for git to run: ::x"),
        ("git://host/alice/blog", "has a scheme other than ssh, https, http, file: git://host/alice/blog"),
        ("ftp://host/alice/blog", "has a scheme other than ssh, https, http, file: ftp://host/alice/blog"),
        ("HTTPS://host/a", "has a scheme other than ssh, https, http, file: HTTPS://host/a"),
        (#"/srv/a\nb"#, #"contains invisible characters: /srv/a\u{a}b"#),
    ])
    func `is nothing that git could take for something else`(_ text: String, fact: String) throws {
        let hint = #"remote = "git@github.com:alice/blog.git""#
        #expect(
            try etc.issues(ofSite: Self.lines + "remote = \"\(text)\"") == [
                ConfigurationIssue(etc("sites/blog.toml:5"), "remote \(fact)", hint: hint)
            ])
    }

    @Test(arguments: [
        "blog.git", "../blog.git", "~/blog.git", "git@github.com:", ":alice/blog", "https://github.com",
        "https:///alice/blog",
        "file://srv/git/blog", "file:///", "ssh://-oProxyCommand=id/alice/blog", "host:-x/y",
        "ssh://-x@host/alice/blog",
    ])
    func `names a repository`(_ text: String) throws {
        let message = "remote is neither a URL of a repository nor an absolute path: \(text)"
        #expect(try etc.issues(ofSite: Self.lines + "remote = \"\(text)\"").map(\.message) == [message])
    }

    @Test(arguments: [
        "https://alice:hunter2@host/alice/blog.git", "https://:hunter2@host/alice/blog", "alice:hunter2@host:blog",
        "ftp://alice:hunter2@host/blog", #"https://alice:hunter2@host/\u202eblog"#, "ext::https://alice:hunter2@host/a",
    ])
    func `has no password, and no message shows one`(_ text: String) throws {
        let issues = try etc.issues(ofSite: Self.lines + "remote = \"\(text)\"")
        #expect(issues.map(\.message) == ["remote contains a password"])
        #expect(issues.allSatisfy { !"\($0)".contains("hunter2") })
    }
}
