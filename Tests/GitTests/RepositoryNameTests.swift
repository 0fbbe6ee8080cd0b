import TestSupport
import Git
import Testing

@Suite struct `repository name` {
    @Test(arguments: [
        "https://github.com/alice/blog", "https://github.com/alice/blog.git", "https://github.com/alice/blog/",
        "https://github.com/alice/blog.git/", "https://github.com/alice/blog//",
        "https://alice:ghp_token@github.com/alice/blog.git", "https://token@git.example.org:8443/alice/blog.git",
        "ssh://git@github.com/alice/blog.git", "ssh://git@git.example.org:2222/alice/blog",
        "ssh://git.example.org/alice/blog", "git@github.com:alice/blog.git", "github.com:alice/blog.git",
        "gh:alice/blog",
        "git@github.com:/alice/blog.git", "git@[2001:db8::1]:alice/blog.git",
        "git://git.example.org/alice/blog.git", "git://git.example.org:9418/alice/blog",
        "file:///srv/git/alice/blog.git", "file:///srv/git/alice/blog",
        "/srv/git/alice/blog.git", "/srv/git/alice/blog", "/srv/git/alice/blog.git/", "alice/blog", "../alice/blog.git",
        "./a:b/alice/blog.git",
    ])
    func `is the path of a URL, and of a path the last two components`(_ url: String) {
        #expect(RepositoryName(url: url)?.description == "alice/blog")
    }

    @Test(arguments: ["", "/", "https://github.com", "https://github.com/", "github.com:", "ssh://git@host:22"])
    func `is not an empty path`(_ url: String) {
        #expect(RepositoryName(url: url) == nil)
    }

    @Test(arguments: [
        "blog", "blog.git", "/blog.git", "https://github.com/blog.git", "git@github.com:blog.git", "blog-host:blog",
        "ssh://git@github.com:22/blog", "file:///blog",
    ])
    func `without an owner matches no other name`(_ url: String) throws {
        let name = try #require(RepositoryName(url: url))
        #expect(name.description == "blog" && !name.hasOwner)
        #expect(name.matches("Blog") && !name.matches("alice/blog") && !name.matches(""))
    }

    @Test(arguments: ["blog", "alice/", "/blog", "a//c", "a/b/", "/a/b", "", "/", "//"])
    func `is two names or more, and slashes between`(_ name: String) {
        #expect(RepositoryName(name) == nil)
        #expect(RepositoryName("alice/blog")?.description == "alice/blog")
        #expect(RepositoryName("team/web/blog")?.description == "team/web/blog")
    }

    @Test func `with groups is another one than without`() throws {
        let name = try #require(RepositoryName("team/web/blog"))
        #expect(name.matches("Team/Web/Blog"))
        #expect(!name.matches("web/blog"))
    }

    @Test(arguments: [
        "https://gitlab.com/team/web/blog.git", "http://gitlab.com/team/web/blog", "git@gitlab.com:team/web/blog.git",
        "ssh://git@gitlab.com:22/Team/web/blog.git", "git://gitlab.com/team/web/blog", "gitlab:/team/web/blog.git",
    ])
    func `in the URL of a host counts all components`(_ url: String) throws {
        let name = try #require(RepositoryName(url: url))
        #expect(name.description.lowercased() == "team/web/blog")
        #expect(name.matches("team/web/blog") && name.matches("TEAM/Web/blog"))
        for other in ["web/blog", "blog", "a/team/web/blog", "eam/web/blog", "/web/blog", "/team/web/blog", ""] {
            #expect(!name.matches(other), "\(other)")
        }
    }

    @Test func `has an owner also if a combining mark follows the slash`() throws {
        let name = try #require(RepositoryName(url: "git@host:a/\u{301}b.git"))
        #expect(name.hasOwner && name.description == "a/\u{301}b" && RepositoryName("a/\u{301}b") == name)
    }

    @Test func `below a path of the server is another one`() throws {
        let name = try #require(RepositoryName(url: "https://example.org/gitlab/team/web/blog.git"))
        #expect(!name.matches("team/web/blog") && name.matches("gitlab/team/web/blog"))
    }

    @Test func `in an HTTP URL of Bitbucket Data Center begins after scm`() throws {
        for url in ["https://example.org/scm/web/blog.git", "http://example.org/bitbucket/scm/~web/blog.git"] {
            let name = try #require(RepositoryName(url: url))
            #expect(name.matches("WEB/blog") == url.contains("/web") && name.matches("~WEB/blog") == url.contains("~"))
            #expect(!name.matches("blog") && !name.matches("eb/blog"))
        }
        let deep = try #require(RepositoryName(url: "https://example.org/scm/team/web/blog.git"))
        #expect(!deep.matches("web/blog") && !deep.matches("team/web/blog") && deep.matches("scm/team/web/blog"))
        let ssh = try #require(RepositoryName(url: "git@example.org:scm/web/blog.git"))
        #expect(!ssh.matches("web/blog"))
    }

    @Test(arguments: ["/srv/git/team/web/blog.git", "file:///srv/git/team/web/blog", "../git/team/web/blog"])
    func `in a path of this machine is the end of the path`(_ url: String) throws {
        let name = try #require(RepositoryName(url: url))
        #expect(name.matches("web/blog") && name.matches("team/Web/blog") && name.matches("git/team/web/blog"))
        for other in ["blog", "eb/blog", "b/web/blog", "/web/blog", "/blog", "", "web/blo"] {
            #expect(!name.matches(other), "\(other)")
        }
    }

    @Test func `can be a configured one as far as the URL tells`() throws {
        func canBe(_ url: String, _ name: String) throws -> Bool {
            try #require(RepositoryName(url: url)).canBe(#require(RepositoryName(name)))
        }
        #expect(try canBe("https://example.org/gitlab/team/web/blog.git", "team/web/blog"))
        #expect(try canBe("git@host:web/blog.git", "WEB/Blog") && canBe("git@host:blog.git", "web/blog"))
        #expect(try canBe("/srv/web/blog.git", "team/web/blog") && canBe("/srv/web/blog.git", "web/blog"))
        #expect(try !canBe("git@host:web/blog.git", "team/web/blog"))
        #expect(try !canBe("git@host:web/blog.git", "web/log") && !canBe("git@host:blog.git", "web/weblog"))
        #expect(try !canBe("/srv/web/blog.git", "bob/blog"))
    }

    @Test func `is compared without regard to case and shown as it was written`() throws {
        let written = try #require(RepositoryName("Alice/Blog"))
        #expect(written == RepositoryName("alice/blog"))
        #expect(Set([written]).contains(try #require(RepositoryName(url: "git@github.com:alice/BLOG.git"))))
        #expect(written.description == "Alice/Blog")
        #expect(written != RepositoryName("alice/blog2"))
    }
}
