internal import Git
internal import Processes
internal import Text

/// The strategy `pull`: `git pull --rebase` in a clone. A failed pull leaves the clone unchanged.
final class PullStrategy: CloneStrategy {
    let cache: CloneCache<BranchClone>
    /// The followed ref, as configured; `nil` for the upstream of the checked-out branch.
    private let follows: RefPattern?
    let filter: DeploymentFilter
    let contents: ContentOptions
    /// Whether only the clone's remote tells the site's repository.
    private let requiresOwnerInURL: Bool

    /// Creates the strategy for the clone at `path`. The clone is opened at the first use.
    ///
    /// - Parameter requiresOwnerInURL: whether to refuse a clone whose remote names the repository without an owner.
    init(
        path: String, follows: RefPattern? = nil, requiresOwnerInURL: Bool = false,
        filter: DeploymentFilter = DeploymentFilter(), contents: ContentOptions = ContentOptions()
    ) {
        cache = CloneCache(path: path)
        self.follows = follows
        self.filter = filter
        self.contents = contents
        self.requiresOwnerInURL = requiresOwnerInURL
    }

    /// Creates the strategy for an opened clone.
    convenience init(clone: BranchClone) {
        self.init(path: clone.path)
        cache.keep(clone, source: source(of: clone))
    }

    var knownCommit: Commit? { cache.kept?.head }

    func commitWithoutWork(_ announced: [DeploymentRecord.Target]) -> Commit? {
        guard let known = knownCommit, !announced.isEmpty, announced.allSatisfy({ $0.commit == known }) else {
            return nil
        }
        return known
    }

    func accept(_ clone: BranchClone) throws(Failure) {
        guard !requiresOwnerInURL || clone.repository.hasOwner else {
            throw Failure(
                CloneError.noOwner(path: clone.path, repository: clone.repository.description).explanation)
        }
        guard let follows, follows.branch != clone.upstream else { return }
        throw Failure(
            "\(clone.path) follows \(clone.upstream), but the site is configured to follow \(follows)",
            remedy: Remedy(
                ShellCommand.fetchTracked(follows.description, in: clone)
                    .then(.git(in: clone.path, "switch", follows.description)),
                note: "or write branch = \"\(clone.upstream)\" in the site's file"))
    }

    func source(of clone: BranchClone) -> Source? {
        Source(repository: clone.repository, follows: RefPattern(clone.upstream))
    }

    func nextRef(of clone: BranchClone, _ limits: Limits) -> String { clone.upstream.ref }

    func session(in clone: BranchClone, _ context: SessionContext) -> any StrategySession {
        PullSession(clone, cache, context)
    }

    func newestPush(in clone: BranchClone, _ limits: Limits) throws -> DeploymentRecord.Target {
        guard let commit = try clone.remoteCommit(limits) else {
            throw Failure(Explanation("the remote has no branch \(clone.upstream)"), isMissingRef: true)
        }
        return DeploymentRecord.Target(ref: clone.upstream.ref, commit: commit)
    }

    func missedPush(in clone: BranchClone, _ limits: Limits) throws -> DeploymentRecord.Target? {
        let newest = try newestPush(in: clone, limits)
        // Commits made on the server may be on top of the remote's. If the remote's commit is not the fetched one, the
        // branch has moved on, or was forced back.
        let isPresent = try newest.commit == clone.fetchedUpstream && clone.contains(newest.commit, limits)
        return isPresent ? nil : newest
    }

    /// A rebase without a conflict to resolve was killed.
    func hasLeftovers(_ clone: BranchClone) -> Bool { clone.hasUnfinishedRebase }

    func describe(_ clone: BranchClone, _ limits: Limits) throws -> SiteInspection {
        SiteInspection(repository: clone.repository, follows: RefPattern(clone.upstream), commit: clone.head)
    }
}
