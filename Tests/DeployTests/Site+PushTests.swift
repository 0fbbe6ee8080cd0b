import TestSupport
import Git
import Testing
import Webhook

@testable import Deploy

@Suite struct `relevance of a push` {
    private let commit = String(repeating: "1a", count: 20)

    private func relevance(
        of repository: String = "alice/blog", _ ref: String = "refs/heads/main", after: String? = nil,
        isDeletion: Bool = false
    ) throws -> Site.Relevance {
        let site = try Site.fake(FakeStrategy())
        return site.relevance(
            of: Push(repository: repository, ref: ref, after: after ?? commit, isDeletion: isDeletion))
    }

    @Test func `is a deployment if its branch moved`() throws {
        #expect(try relevance() == .deploy(.main(try #require(Commit(commit)))))
    }

    @Test(arguments: ["Alice/Blog", "ALICE/BLOG"]) func `does not depend on the repository's case`(_ name: String)
        throws
    {
        #expect(try relevance(of: name) == .deploy(.main(try #require(Commit(commit)))))
    }

    @Test(arguments: ["bob/blog", "alice/blog2", "alice/blog/x", "blog", "", "alice/blog\n"])
    func `is none if the repository is another`(_ name: String) throws {
        #expect(try relevance(of: name) == .ignore(.repository(name)))
    }

    @Test(arguments: [
        "refs/heads/Main", "refs/heads/main2", "refs/heads/x/main", "refs/heads/-x",
        "refs/heads/--upload-pack=touch /tmp/x", "refs/heads/../../x", "refs/heads/a\nb", "refs/heads/\u{202e}x y",
        "refs/heads/" + String(repeating: "x", count: 10 << 10),
    ])
    func `is none if the branch is another, also by case, and whatever it is`(_ ref: String) throws {
        #expect(try relevance(ref) == .ignore(.otherRef(ref, followed: "main")))
    }

    @Test(arguments: ["refs/tags/main", "refs/tags/v1", "main", "", "refs/heads", "xrefs/heads/main"])
    func `is none if it is not of a branch`(_ ref: String) throws {
        #expect(try relevance(ref) == .ignore(.notABranch(ref)))
    }

    @Test func `is none if the branch was deleted`() throws {
        let zeros = String(repeating: "0", count: 40)
        #expect(try relevance(after: zeros, isDeletion: true) == .ignore(.deletion("refs/heads/main")))
        #expect(try relevance(after: zeros) == .ignore(.deletion("refs/heads/main")))
        #expect(try relevance(isDeletion: true) == .ignore(.deletion("refs/heads/main")))
    }

    @Test func `is none if it is to no commit`() throws {
        #expect(try relevance(after: "HEAD") == .ignore(.notACommit("HEAD")))
    }

    private func relevance(_ ref: String) throws -> Site.Relevance { try relevance(of: "alice/blog", ref) }
}
