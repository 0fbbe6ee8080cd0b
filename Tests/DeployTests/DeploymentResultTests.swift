import Git
import Testing

@testable import Deploy

@Suite struct `a deployment result` {
    @Test func `has a commit if the site is at a verified commit`() throws {
        let commit = try #require(Commit(String(repeating: "1a", count: 20)))
        #expect(DeploymentResult.deployed(commit).commit == commit)
        #expect(DeploymentResult.unchanged(commit).commit == commit)
        #expect(DeploymentResult.failed(Failure("x")).commit == nil)
        #expect(DeploymentResult.interrupted.commit == nil)
        #expect(DeploymentResult.skipped("x").commit == nil)
        #expect(DeploymentResult.pinned("x").commit == nil)
        #expect(DeploymentResult.cancelled(by: "x").commit == nil)
    }
}
