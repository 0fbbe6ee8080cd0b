internal import Processes
internal import Git

/// Where a clone was before a pull.
struct StateBeforePull {
    let head: Commit?
    let upstream: Commit?
    /// How many commits it had of its own.
    let localCommits: Int

    /// - Parameter known: where the upstream was at the last deployment. It may have been fetched since, so that commits
    ///   that were removed from it look like local ones.
    init(of clone: BranchClone, since known: Commit?, _ limits: Limits) throws {
        head = clone.head
        upstream = clone.fetchedUpstream
        // The usual case costs no process: the clone is where the upstream was.
        let isAtUpstream = head != nil && head == upstream
        localCommits = isAtUpstream ? 0 : try clone.countLocalCommits(besides: known, limits)
    }
}
