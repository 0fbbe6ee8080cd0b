import Git
import Testing

@testable import Deploy

@Suite struct `outcome` {
    @Test func `has a commit if the site is at one`() throws {
        let commit = try #require(Commit(String(repeating: "1a", count: 20)))
        #expect(Outcome.deployed(commit).commit == commit)
        #expect(Outcome.unchanged(commit).commit == commit)
        #expect(Outcome.ignored(.deletion("refs/heads/main")).commit == nil)
        #expect(Outcome.queued.commit == nil)
        #expect(Outcome.duplicate.commit == nil)
        #expect(Outcome.failed(Failure("x")).commit == nil)
        #expect(Outcome.interrupted.commit == nil)
    }

    @Test func `says why it ignores`() {
        #expect(IgnoreReason.repository("bob/x").description == "no site of repository bob/x")
        #expect(IgnoreReason.notABranch("refs/tags/v1").description == "not a branch: refs/tags/v1")
        #expect(IgnoreReason.deletion("refs/heads/x").description == "deletion of refs/heads/x")
        #expect(IgnoreReason.notACommit("HEAD").description == "not a commit: HEAD")
        #expect(IgnoreReason.nothing.description == "nothing moved")
        let other = IgnoreReason.other("refs/heads/x", "main")
        #expect(other.description == "refs/heads/x is not main, which is followed")
    }
}
