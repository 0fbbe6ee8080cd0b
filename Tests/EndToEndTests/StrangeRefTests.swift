import Foundation
import Testing

@Suite(.bait, .serialized) struct `a signed push with a hostile name` {
    @Test(arguments: HostileNames.all)
    func `of a branch is ignored, and shown escaped`(name: String) throws {
        try isIgnored(ref: "refs/heads/\(try marked(name))")
    }

    @Test(
        arguments: HostileNames.all + [
            "", "main", "HEAD", "refs/heads", "refs/heads/", "refs/heads/main/", "REFS/HEADS/main",
        ])
    func `of a ref is ignored, and shown escaped`(name: String) throws {
        try isIgnored(ref: try marked(name))
    }

    @Test(arguments: HostileNames.all + ["", "blog", "alice/blog/x", "alice//blog", "alice/blog.git", " alice/blog"])
    func `of a repository is ignored, and shown escaped`(name: String) throws {
        try isIgnored(repository: try marked(name))
    }

    @Test(
        arguments: HostileNames.all + [
            "", "g123456789012345678901234567890123456789", "123456789012345678901234567890123456789",
        ])
    func `of a commit is ignored, and shown escaped`(name: String) throws {
        try isIgnored(commit: try marked(name))
    }

    @Test(arguments: HostileNames.headers)
    func `of an event is ignored, and shown escaped`(name: String) throws {
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
