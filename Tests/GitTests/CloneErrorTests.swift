import Testing

@testable import Git

@Suite struct `clone error` {
    private static let path = "/srv/blog"

    private static let all: [CloneError] = [
        .missing(path: path), .notAFolder(path: path), .notAClone(path: path),
        .insideClone(path: path, root: "/srv"), .bare(path: path),
        .foreignOwner(path: path, owner: "alice", user: "bellpull"), .readOnly(path: path, user: "bellpull"),
        .detachedHead(path: path), .noUpstream(path: path, branch: "main"),
        .unknownRepository(path: path, url: "x"), .git(path: path, .noExecutable),
    ]

    @Test(arguments: all) func `names the place in one line`(_ error: CloneError) {
        #expect(error.message.contains(Self.path))
        #expect(!error.message.contains("\n") && error.message.last != ".")
    }

    @Test(arguments: all.dropLast()) func `says what to do`(_ error: CloneError) throws {
        let hint = try #require(error.hint)
        #expect(hint.contains("/srv"))
    }

    @Test func `says who owns a clone and who runs`() {
        let error = CloneError.foreignOwner(path: Self.path, owner: "alice", user: "bellpull")
        #expect(error.message == "/srv/blog belongs to alice, but bellpull runs as bellpull")
        #expect(error.hint == "chown -R bellpull /srv/blog, or set User= in the service")
    }

    @Test func `shows no credentials`() {
        let error = CloneError.unknownRepository(path: Self.path, url: "https://alice:ghp_secret@example.org/blog")
        #expect(!error.message.contains("ghp_secret"))
        #expect(error.message.contains("https://***@example.org/blog"))
    }
}
