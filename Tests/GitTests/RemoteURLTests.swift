import Testing

@testable import Git

@Suite struct `the URL of a remote` {
    private func parts(_ url: String) -> [String] {
        let url = RemoteURL(url)
        return ["\(url.transport)", url.destination, url.host, url.port.map { "\($0)" } ?? "-", url.repository]
    }

    @Test(arguments: [
        ("git@github.com:alice/blog.git", ["ssh", "git@github.com", "github.com", "-", "alice/blog"]),
        ("blog-host:blog", ["ssh", "blog-host", "blog-host", "-", "blog"]),
        ("git@[::1]:alice/blog.git", ["ssh", "git@::1", "::1", "-", "alice/blog"]),
        (
            "ssh://git@forge.example:2222/alice/blog.git",
            ["ssh", "git@forge.example", "forge.example", "2222", "alice/blog"]
        ),
        ("ssh://git:secret@[::1]:22/alice/blog", ["ssh", "git@::1", "::1", "22", "alice/blog"]),
        (
            "https://alice:p@ss@github.com/alice/blog.git",
            ["http", "alice@github.com", "github.com", "-", "alice/blog"]
        ),
        ("http://127.0.0.1:3000/alice/blog", ["http", "127.0.0.1", "127.0.0.1", "3000", "alice/blog"]),
        ("git://example.org/blog.git", ["other", "example.org", "example.org", "-", "blog"]),
        ("/srv/git/alice/blog.git", ["local", "", "", "-", "srv/git/alice/blog"]),
        ("file:///srv/git/blog.git", ["local", "", "", "-", "srv/git/blog"]),
        ("", ["local", "", "", "-", ""]), ("://", ["other", "", "", "-", ""]), ("ssh://[", ["ssh", "[", "[", "-", ""]),
    ])
    func `has a transport, a host, a port and a path`(_ url: String, _ expected: [String]) {
        #expect(parts(url) == expected)
    }

    @Test func `gets its host and port from the configuration of ssh`() {
        let url = RemoteURL("git@blog-host:blog.git")
        let resolved = url.resolved(bySSH: "user git\nhostname forge.example\nport 2222\n")
        #expect(resolved.host == "forge.example" && resolved.port == 2222 && resolved.destination == url.destination)
        #expect(url.resolved(bySSH: "hostname forge.example\nport 22\n").port == nil)
        #expect(url.resolved(bySSH: "garbage") == url)
    }
}
