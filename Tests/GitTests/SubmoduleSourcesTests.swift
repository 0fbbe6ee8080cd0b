import Testing

@testable import Git

@Suite struct `the URL of a submodule` {
    private func url(_ text: String, _ remote: String, listed: [String] = [], parent: String? = nil) -> String? {
        try? SubmoduleSources(remote: remote, listed: listed).url(text, ofSubmodule: "theme", in: parent ?? remote)
    }

    @Test(arguments: [
        ("../theme.git", "https://github.com/alice/blog.git", "https://github.com/alice/theme.git"),
        ("./theme.git", "https://github.com/alice/blog.git", "https://github.com/alice/blog.git/theme.git"),
        ("../../bob/theme", "git@github.com:alice/blog.git", "git@github.com:bob/theme"),
        ("../theme.git", "ssh://git@host:2222/alice/blog.git/", "ssh://git@host:2222/alice/theme.git"),
        ("../theme.git", "git@host:/srv/git/blog.git", "git@host:/srv/git/theme.git"),
        ("../theme.git", "host:blog.git", "host:theme.git"),
        ("../theme.git", "/srv/git/alice/blog.git", "/srv/git/alice/theme.git"),
        ("../themes/x.git", "file:///srv/git/blog.git", "file:///srv/git/themes/x.git"),
        ("https://github.com/bob/theme", "https://github.com/alice/blog.git", "https://github.com/bob/theme"),
        ("ssh://git@github.com/bob/theme", "git@github.com:alice/blog.git", "ssh://git@github.com/bob/theme"),
        ("git@github.com:bob/theme", "ssh://git@github.com/alice/blog.git", "git@github.com:bob/theme"),
    ])
    func `is implied by the remote`(_ text: String, remote: String, url: String) {
        #expect(self.url(text, remote) == url)
    }

    private static let hostile = [
        "ext::sh -c id", "ext::\u{301}sh", "EXT::x", "fd::17", "-u./payload", "--upload-pack=./payload", "",
        "file:///etc", "/etc", "/srv/git/alice/theme.git", "etc/x.git", "https://evil.example/theme.git",
        "http://github.com/alice/theme.git", "git://github.com/alice/theme.git",
        "https://github.com@evil.example/theme.git", "https://github.com:443@evil.example/x",
        #"https://github.com\@evil.example/x"#, "https://github.com.evil.example/x", "https://alice@github.com/x",
        "https://github.com:8443/alice/theme.git", "https://github.com?@evil.example/x", "https://github.com",
        "https://github.com/", "https://github.com/alice/../x", "https://github.com/x?y", "https://github.com/x#y",
        "https://github.com/a\nb", "https://github.com/a\u{0}b", "https://github.com/\u{202e}x",
        "https://github.com/\u{301}x", "https://github.com/-x", "git@evil.example:x", "evil.example:x",
        "../../../evil.example/x", "../..", "..", "../", "./", "../a/../../../x", "../-x/../..", "https:../x",
        "../a::b",
        "../a?b",
    ]

    @Test(
        arguments: hostile,
        ["https://github.com/alice/blog.git", "git@github.com:alice/blog.git", "/srv/git/bob/blog.git"])
    func `is refused`(_ text: String, remote: String) {
        #expect(url(text, remote) == nil)
    }

    /// Other sites may be beside the folder of the remote.
    @Test(arguments: ["../../shop/repository.git", "../../../etc/x", "file:///srv/git/alice/theme.git"])
    func `stays in the folder of a local remote`(_ text: String) {
        #expect(url(text, "/srv/git/alice/blog.git") == nil)
    }

    @Test func `is taken from the list as it is written there`() {
        let remote = "https://github.com/alice/blog.git"
        for listed in ["https://codeberg.org/x/y.git", "/srv/themes/x.git", "git@evil.example:x"] {
            #expect(url(listed, remote, listed: [listed]) == listed)
            #expect(url(listed + "/z", remote, listed: [listed]) == nil)
        }
    }

    /// The second level is relative to the first.
    @Test func `is relative to the repository with the .gitmodules`() {
        let remote = "https://github.com/alice/blog.git"
        #expect(url("../icons", remote, parent: "https://github.com/bob/theme") == "https://github.com/bob/icons")
        #expect(url("../icons", remote, parent: "https://codeberg.org/bob/theme") == nil)
        let icons = "https://codeberg.org/bob/icons"
        #expect(url("../icons", remote, listed: [icons], parent: "https://codeberg.org/bob/theme") == icons)
    }

    @Test func `is named with its remedy`() throws {
        let sources = SubmoduleSources(remote: "https://github.com/alice/blog.git", listed: ["https://a.example/b"])
        let error = #expect(throws: SubmoduleError.self) {
            try sources.url("https://evil.example/x", ofSubmodule: "the\u{7}me", in: sources.remote)
        }
        #expect(
            error?.explanation.message
                == #"the submodule the\u{7}me comes from https://evil.example/x, which the site's "#
                + "remote does not imply and submodules does not list")
        #expect(
            error?.explanation.hint == "if you trust the URL, write submodules = "
                + #"["https://a.example/b", "https://evil.example/x"] in the site's file"#)
    }
}
