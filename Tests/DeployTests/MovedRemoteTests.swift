import Testing

@testable import Deploy
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
            #expect(
                MovedRemote.remedy("https://x/y z", "origin", in: "/srv/blog").command?.description
                    == "runuser -u bellpull -- git -C /srv/blog remote set-url origin 'https://x/y z' "
                    + "&& runuser -u bellpull -- git -C /srv/blog fetch origin")
        }
    }
}
