extension Failure {
    /// Whether the failure is an obstacle in the site's folder, which an inspection finds again while the obstacle is there.
    /// Told from the message: the ledger keeps nothing else.
    public var isObstacleInSite: Bool {
        [
            " has local changes", " do not fit the committed files", "untracked files are in the way",
            " is not writable",
            "git-lfs is not installed", "a rebase is going on in ",
        ].contains { message.contains($0) }
    }
}
