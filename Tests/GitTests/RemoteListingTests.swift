import Testing

@testable import Git

@Suite struct `what a remote shows` {
    private let commit = String(repeating: "a", count: 40)

    @Test func `is its default branch, its branches and its tags`() throws {
        let listing = RemoteListing(
            """
            ref: refs/heads/main\tHEAD
            \(commit)\tHEAD
            \(commit)\trefs/heads/main
            \(commit)\trefs/heads/release/2
            \(commit)\trefs/tags/v1
            \(commit)\trefs/tags/v1^{}
            \(commit)\trefs/heads/bad name
            """)
        #expect(listing.defaultBranch == "main")
        #expect(listing.branches == ["main", "release/2"] && listing.tags == ["v1"])
        let (release, branch) = (try #require(RefPattern(branch: "release/*")), try #require(RefPattern(branch: "v1")))
        #expect(listing.has(release) && !listing.has(branch))
        #expect(listing.has(try #require(RefPattern(tag: "v*"))) && !listing.isEmpty)
    }

    @Test func `has no default branch if HEAD points nowhere`() {
        #expect(RemoteListing("ref: refs/heads/master\tHEAD\n\(commit)\trefs/heads/trunk").defaultBranch == nil)
        #expect(RemoteListing("").isEmpty)
    }
}
