import Testing

@testable import Git

@Suite struct `the server of git-lfs` {
    @Test(arguments: [
        ("https://github.com/alice/blog", "https://github.com/alice/blog.git/info/lfs"),
        ("https://github.com/alice/blog.git/", "https://github.com/alice/blog.git/info/lfs"),
        ("git@github.com:alice/blog.git", "git@github.com:alice/blog.git"),
        ("/srv/git/blog.git", "file:///srv/git/blog.git"), ("file:///srv/git/blog.git", "file:///srv/git/blog.git"),
    ])
    func `is that of the remote`(_ remote: String, url: String) {
        #expect(LargeFiles.serverURL(of: remote) == url)
    }

    @Test func `is not on a command line with a password`() throws {
        let git = try Git(in: "/").fetchingLargeFiles(from: "https://bot:secret@host/alice/blog.git")
        let value = try git.output(of: ["config", "--get", "lfs.url"], .within(.seconds(20)))
        #expect(value == "https://bot:secret@host/alice/blog.git/info/lfs")
        #expect(git.environment["GIT_CONFIG_VALUE_0"] == value)
    }
}
