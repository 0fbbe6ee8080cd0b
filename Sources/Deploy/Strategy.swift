internal import Git

/// How a site is brought to the commit its branch is at.
protocol Strategy: Sendable {
    /// The commit that is deployed, if that can be told without asking git.
    var deployed: Commit? { get }

    /// Brings the site up to date, within `limits`, and says what came of it. Never called twice at once in one
    /// process; other processes are the strategy's to keep out.
    ///
    /// - Parameter targets: the commits that deliveries announced. If all of them are deployed already, there is nothing
    ///   to do.
    func deploy(_ targets: Set<Commit>, _ limits: Git.Limits) -> Outcome
}
