extension Failure {
    /// Whether the failure is an obstacle in the site's folder. An inspection finds such an obstacle as long as it is there. Goes
    /// by the message: the ledger keeps nothing else.
    public var isObstacleInSite: Bool {
        [
            " has local changes", " do not fit the committed files", "untracked files are in the way",
            " is not writable",
            "git-lfs is not installed", "a rebase is going on in ",
        ].contains { message.contains($0) }
    }
}
