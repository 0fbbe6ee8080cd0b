import Deploy
import Testing

@Suite struct `the reason to ignore a delivery` {
    @Test(
        arguments: [
            (.repository("bob/x"), "no site follows repository bob/x"),
            (.notABranch("refs/tags/v1"), "refs/tags/v1 is not a branch"),
            (.deletion("refs/heads/x"), "refs/heads/x was deleted"),
            (.notACommit("HEAD"), "HEAD is not a commit"),
            (.forge("gitea", site: "blog"), "blog does not accept deliveries of gitea"),
            (.ownHook(site: "blog"), "blog has a secret of its own: set the webhook's URL to /github/blog"),
            (.noPushes, "no branch or tag moved"),
            (.otherRef("refs/heads/x", followed: "main"), "refs/heads/x is not followed; the site follows main"),
        ] as [(IgnoreReason, String)])
    func `is one sentence`(_ reason: IgnoreReason, _ words: String) {
        #expect(reason.description == words)
    }
}
