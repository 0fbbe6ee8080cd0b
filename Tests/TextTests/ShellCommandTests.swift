import Testing

@testable import Text

@Suite struct `a shell command` {
    private func commands(of user: String, _ command: () -> ShellCommand) -> String {
        ServiceUser.$assumed.withValue(ServiceUser(name: user)) { command().description }
    }

    @Test func `quotes its words`() {
        #expect(ShellCommand("mv", "/srv/my blog", "it's").description == #"mv '/srv/my blog' 'it'\''s'"#)
        #expect(ShellCommand(script: "a > b").description == "a > b")
    }

    @Test func `acts as the user who deploys`() {
        #expect(
            commands(of: "bellpull") { .git(in: "/srv/my blog", "status") }
                == "runuser -u bellpull -- git -C '/srv/my blog' status")
        #expect(
            commands(of: "bellpull") { .service(script: "echo a >> ~/b") }
                == "runuser -u bellpull -- sh -c 'echo a >> ~/b'")
        #expect(commands(of: "www data") { .service("id") } == "runuser -u 'www data' -- id")
        #expect(commands(of: "bellpull") { .giveToService("/srv/blog") } == "chown -R bellpull: /srv/blog")
        #expect(commands(of: "bellpull") { .makeFolder("/srv/blog") } == "install -d -o bellpull /srv/blog")
    }

    @Test func `needs no other user if root deploys`() {
        #expect(commands(of: "root") { .git(in: "/srv/blog", "status") } == "git -C /srv/blog status")
        #expect(commands(of: "root") { .service(script: "echo ~") } == "sh -c 'echo ~'")
    }

    @Test func `becomes the other user for each part of a chain`() {
        #expect(
            commands(of: "bellpull") { .git(in: "/b", "fetch").then(.git(in: "/b", "reset")) }
                == "runuser -u bellpull -- git -C /b fetch && runuser -u bellpull -- git -C /b reset")
    }
}

@Suite struct `a remedy` {
    @Test func `is a command with a comment, and can be pasted as a whole`() {
        #expect(Remedy(ShellCommand("id"), note: "shows the\nuser").description == "id  # shows the user")
        #expect(Remedy(ShellCommand("id")).description == "id")
        #expect(Remedy(note: "wait").description == "wait")
        #expect(Explanation("a", remedy: Remedy(ShellCommand("id"))) == Explanation("a", hint: "id"))
        #expect(Explanation("a", remedy: nil).hint == nil)
    }
}
