import Foundation
import Testing

@Suite(.bait, .serialized) struct `a signed push whose names are not meant well` {
    /// What git, a shell, a terminal or a log could take for something else than a name.
    static let names = [
        "-x", "--upload-pack=touch MARK", "../../x", "a\nb", "a\r\nSet-Cookie: x=y", "$(touch MARK)", "`touch MARK`",
        "; touch MARK", "main\0", "main\u{202e}niam", "\u{1b}[2J\u{1b}]0;x\u{7}", "m\u{e4}in", "\u{1f514}",
        "main\\", "main\"", "main\",\"status\":200,\"x\":\"", "%s%n", "@{upstream}", "main~1", "main..main",
        String(repeating: "long", count: 2500),
    ]
    /// Those of them that fit in a header.
    static let headers = names.filter { name in
        name.utf8.allSatisfy { $0 >= 32 } && !name.contains(",") && name.utf8.count < 5000
    }

    @Test(arguments: names)
    func `is ignored as a branch, and shown escaped`(name: String) throws {
        try isIgnored(ref: "refs/heads/\(try marked(name))")
    }

    @Test(arguments: names + ["", "main", "HEAD", "refs/heads", "refs/heads/", "refs/heads/main/", "REFS/HEADS/main"])
    func `is ignored as a ref, and shown escaped`(name: String) throws {
        try isIgnored(ref: try marked(name))
    }

    @Test(arguments: names + ["", "blog", "alice/blog/x", "alice//blog", "alice/blog.git", " alice/blog"])
    func `is ignored as a repository, and shown escaped`(name: String) throws {
        try isIgnored(repository: try marked(name))
    }

    @Test(
        arguments: names + ["", "g123456789012345678901234567890123456789", "123456789012345678901234567890123456789"])
    func `is ignored as a commit, and shown escaped`(name: String) throws {
        try isIgnored(commit: try marked(name))
    }

    @Test(arguments: headers)
    func `is ignored as an event, and shown escaped`(name: String) throws {
        let bait = try Bait.current
        try check(bait.delivery.with("X-GitHub-Event", try marked(name)))
    }

    private func isIgnored(
        ref: String = "refs/heads/main", repository: String = "alice/blog", commit: String? = nil
    ) throws {
        try check(.push(of: commit ?? Bait.current.commit, ref: ref, repository: repository))
    }

    private func check(_ delivery: GitHubDelivery) throws {
        let bait = try Bait.current

        let reply = try bait.refuses(delivery, status: 200, outcome: "ignored")

        let reason = try #require(reply["Bellpull-Reason"])
        #expect(reply.body == "{}")
        #expect(!reason.isEmpty && reason.utf8.count <= 200)
        #expect(reply.headers.allSatisfy { $0.value.utf8.allSatisfy { (32...126).contains($0) } })
        #expect(reply["Set-Cookie"] == nil)
        #expect(!FileManager.default.fileExists(atPath: bait.site.folder("mark")))
    }

    private func marked(_ name: String) throws -> String {
        name.replacing("MARK", with: try Bait.current.site.folder("mark"))
    }
}
