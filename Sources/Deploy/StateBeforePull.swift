internal import Git
internal import Processes

/// The state of a clone before a pull.
struct StateBeforePull {
    let head: Commit?
    let upstream: Commit?
    /// How many commits the clone has beyond the upstream.
    let localCommits: Int

    /// Reads the state of `clone`.
    ///
    /// - Parameter known: the upstream's commit at the last deployment. The upstream may have been fetched and
    ///   rewritten since; commits removed by the rewrite then look like local commits.
    init(of clone: BranchClone, since known: Commit?, _ limits: Limits) throws(GitError) {
        head = clone.head
        upstream = clone.fetchedUpstream
        // The usual case costs no process: the clone is at the upstream.
        let isAtUpstream = head != nil && head == upstream
        localCommits = isAtUpstream ? 0 : try clone.countLocalCommits(besides: known, limits)
    }
}
