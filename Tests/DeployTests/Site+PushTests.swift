import TestSupport
import Git
import Testing
import Webhook

@testable import Deploy

@Suite struct `a push` {
    private let commit = String(repeating: "1a", count: 20)

    private func relevance(
        of repository: String = "alice/blog", _ ref: String = "refs/heads/main", after: String? = nil,
        isDeletion: Bool = false
    ) throws -> Site.Relevance {
        let site = try Site.fake(FakeStrategy())
        return site.relevance(
            of: Push(repository: repository, ref: ref, after: after ?? commit, isDeletion: isDeletion))
    }

    @Test func `asks for a deployment if the site's branch moved`() throws {
        #expect(try relevance() == .deploy(.main(try #require(Commit(commit)))))
    }

    @Test(arguments: ["Alice/Blog", "ALICE/BLOG"]) func `may spell the repository in any case`(_ name: String) throws {
        #expect(try relevance(of: name) == .deploy(.main(try #require(Commit(commit)))))
    }

    @Test(arguments: ["bob/blog", "alice/blog2", "alice/blog/x", "blog", "", "alice/blog\n"])
    func `does not concern the site if the repository is another`(_ name: String) throws {
        #expect(try relevance(of: name) == .ignore(.repository(name)))
    }

    @Test(arguments: [
        "refs/heads/Main", "refs/heads/main2", "refs/heads/x/main", "refs/heads/-x",
        "refs/heads/--upload-pack=touch /tmp/x", "refs/heads/../../x", "refs/heads/a\nb", "refs/heads/\u{202e}x y",
        "refs/heads/" + String(repeating: "x", count: 10 << 10),
    ])
    func `does not concern the site if the branch is another, even only by case`(_ ref: String) throws {
        #expect(try relevance(ref) == .ignore(.otherRef(ref, followed: "main")))
    }

    @Test(arguments: ["refs/tags/main", "refs/tags/v1", "main", "", "refs/heads", "xrefs/heads/main"])
    func `does not concern the site if the ref is not a branch`(_ ref: String) throws {
        #expect(try relevance(ref) == .ignore(.notABranch(ref)))
    }

    @Test func `does not concern the site if the branch was deleted`() throws {
        let zeros = String(repeating: "0", count: 40)
        #expect(try relevance(after: zeros, isDeletion: true) == .ignore(.deletion("refs/heads/main")))
        #expect(try relevance(after: zeros) == .ignore(.deletion("refs/heads/main")))
        #expect(try relevance(isDeletion: true) == .ignore(.deletion("refs/heads/main")))
    }

    @Test func `does not concern the site if the new commit is malformed`() throws {
        #expect(try relevance(after: "HEAD") == .ignore(.notACommit("HEAD")))
    }

    private func relevance(_ ref: String) throws -> Site.Relevance { try relevance(of: "alice/blog", ref) }
}
