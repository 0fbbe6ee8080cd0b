import TestSupport
import Git
import Testing

@Suite struct `repository name` {
    @Test(arguments: [
        "https://github.com/alice/blog", "https://github.com/alice/blog.git", "https://github.com/alice/blog/",
        "https://github.com/alice/blog.git/", "https://github.com/alice/blog//",
        "https://alice:ghp_token@github.com/alice/blog.git", "https://token@git.example.org:8443/alice/blog.git",
        "http://git.example.org/forge/alice/blog.git",
        "ssh://git@github.com/alice/blog.git", "ssh://git@git.example.org:2222/alice/blog",
        "ssh://git.example.org/alice/blog", "git@github.com:alice/blog.git", "github.com:alice/blog.git",
        "gh:alice/blog",
        "git@github.com:/alice/blog.git", "git@[2001:db8::1]:alice/blog.git",
        "git://git.example.org/alice/blog.git", "git://git.example.org:9418/alice/blog",
        "file:///srv/git/alice/blog.git", "file:///srv/git/alice/blog",
        "/srv/git/alice/blog.git", "/srv/git/alice/blog", "/srv/git/alice/blog.git/", "alice/blog", "../alice/blog.git",
        "./a:b/alice/blog.git",
    ])
    func `is the last two components of a URL`(_ url: String) {
        #expect(RepositoryName(url: url)?.description == "alice/blog")
    }

    @Test(arguments: [
        "", "/", "blog", "blog.git", "/blog.git", "https://github.com", "https://github.com/",
        "https://github.com/blog.git", "git@github.com:blog.git", "github.com:", "ssh://git@github.com:22/blog",
    ])
    func `is not one component`(_ url: String) {
        #expect(RepositoryName(url: url) == nil)
    }

    @Test(arguments: ["blog", "alice/", "/blog", "a//c", "a/b/", "/a/b", "", "/", "//"])
    func `is two names or more, and slashes between`(_ name: String) {
        #expect(RepositoryName(name) == nil)
        #expect(RepositoryName("alice/blog")?.description == "alice/blog")
        #expect(RepositoryName("team/web/blog")?.description == "team/web/blog")
    }

    @Test func `with subgroups is another one than without`() throws {
        let name = try #require(RepositoryName("team/web/blog"))
        #expect(name.matches("Team/Web/Blog"))
        #expect(!name.matches("web/blog"))
        #expect(RepositoryName(url: "https://gitlab.com/team/web/blog.git")?.description == "web/blog")
    }

    @Test func `is compared without regard to case and shown as it was written`() throws {
        let written = try #require(RepositoryName("Alice/Blog"))
        #expect(written == RepositoryName("alice/blog"))
        #expect(Set([written]).contains(try #require(RepositoryName(url: "git@github.com:alice/BLOG.git"))))
        #expect(written.description == "Alice/Blog")
        #expect(written != RepositoryName("alice/blog2"))
    }
}
