import Testing

@testable import Deploy
import Git
@testable import Text

@Suite struct `a moved remote` {
    @Test(arguments: [
        (
            "warning: redirecting to https://github.com/alice/site.git/\nFrom https://github.com/alice/blog",
            "https://github.com/alice/site.git"
        ),
        (
            "remote: This repository moved. Please use the new location:\nremote:   git@github.com:alice/site.git\n",
            "git@github.com:alice/site.git"
        ),
        (
            "remote: This repository moved. Please use the new location [GET]:\nremote:   https://github.com/alice/site.git",
            "https://github.com/alice/site.git"
        ),
        (
            """
            remote: Project 'alice/blog' was moved to 'alice/site'.
            remote:
            remote: Please update your Git remote:
            remote:
            remote:   git remote set-url origin git@gitlab.com:alice/site.git
            """, "git@gitlab.com:alice/site.git"
        ),
    ])
    func `is known by the words of the forge`(_ output: String, _ url: String) {
        #expect(MovedRemote(in: output)?.url == url)
    }

    @Test(arguments: [
        "", "Already up to date.", "warning: redirecting to https://gitlab.com/users/sign_in/",
        "remote: Project 'a/b' was moved to 'c/d'.", "remote: This repository moved.\nremote: -x@host:y ext::sh://x",
        "From https://github.com/alice/blog",
    ])
    func `is not told by anything else`(_ output: String) { #expect(MovedRemote(in: output) == nil) }

    @Test func `is followed by two commands`() {
        ServiceUser.$assumed.withValue(ServiceUser(name: "bellpull")) {
            let moved = MovedRemote(in: "warning: redirecting to https://x/y;id/")
            #expect(
                moved?.remedy("origin", at: RemoteURL("git@x:y.git"), resolved: nil, in: "/srv/blog").command?
                    .description
                    == "runuser -u bellpull -- git -C /srv/blog remote set-url origin 'https://x/y;id' "
                    + "&& runuser -u bellpull -- git -C /srv/blog fetch origin")
        }
    }

    /// The alias chooses the key.
    @Test func `keeps an alias of the host`() throws {
        let moved = try #require(MovedRemote(in: "remote: This repository moved to https://forge.example/a/b.git"))
        let alias = RemoteURL("git@blog-host:a/old.git")
        let resolved = RemoteURL("git@forge.example:a/old.git")
        let remedy = ServiceUser.$assumed.withValue(ServiceUser(name: "root")) {
            moved.remedy("origin", at: alias, resolved: resolved, in: "/srv/blog")
        }
        #expect(
            remedy.command?.description.hasPrefix(
                "git -C /srv/blog remote set-url origin ssh://git@blog-host/a/b.git && ") == true)
        #expect(
            moved.remedy("origin", at: RemoteURL("https://x/a"), resolved: resolved, in: "/srv/blog").command == nil)
    }

    /// A committed name with a line feed puts such a line into git's output.
    @Test(arguments: ["git@evil.example:a/b.git", "https://evil.example/a/b"])
    func `on another host is not followed`(_ url: String) throws {
        let moved = try #require(MovedRemote(in: "remote: This repository moved to \(url)"))
        for current in [RemoteURL("git@forge.example:a/b.git"), RemoteURL("/srv/git/b.git"), nil] {
            let remedy = moved.remedy("origin", at: current, resolved: current, in: "/srv/blog")
            #expect(remedy.command == nil && remedy.note?.contains(url) == true)
        }
    }

    @Test(arguments: ["file:///srv/git/other.git", "git://forge.example/a/b", "/srv/git/other.git"])
    func `is neither on this machine nor without authentication`(_ url: String) {
        #expect(MovedRemote(in: "remote: This repository moved to \(url)") == nil)
    }
}
