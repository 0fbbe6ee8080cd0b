internal import Foundation
internal import Git
internal import Processes

/// The strategy `mirror`: puts the work tree at exactly the commit of the followed ref, on no branch (detached HEAD).
/// If several refs match a pattern, the site follows the highest version, so the site depends on the remote alone and
/// not on the order of the deliveries.
final class MirrorStrategy: CloneStrategy {
    let cache: CloneCache<DetachedClone>
    let pattern: RefPattern
    let filter: DeploymentFilter
    let contents: ContentOptions
    /// How long a person's edits and commits are kept after they were discarded; `nil` to refuse to discard them.
    let keepsDiscarded: Duration?

    /// Creates the strategy for the clone at `path`. The clone is opened at the first use.
    init(
        path: String, pattern: RefPattern, filter: DeploymentFilter = DeploymentFilter(),
        keepsDiscarded: Duration? = nil, contents: ContentOptions = ContentOptions()
    ) {
        cache = CloneCache(path: path)
        self.pattern = pattern
        self.filter = filter
        self.contents = contents
        self.keepsDiscarded = keepsDiscarded
    }

    var knownCommit: Commit? { cache.kept?.head }

    /// The remote is asked in any case: the announced ref need not be the highest version.
    func commitWithoutWork(_ announced: [DeploymentRecord.Target]) -> Commit? { nil }

    func accept(_ clone: DetachedClone) {}

    func source(of clone: DetachedClone) -> Source? { nil }

    func nextRef(of clone: DetachedClone, _ limits: Limits) throws -> String {
        try clone.newest(pattern, limits)?.ref ?? pattern.ref
    }

    func session(in clone: DetachedClone, _ context: SessionContext) -> any StrategySession {
        MirrorSession(clone, cache, pattern, context, discardsWork: keepsDiscarded != nil)
    }

    func newestPush(in clone: DetachedClone, _ limits: Limits) throws -> DeploymentRecord.Target {
        guard let latest = try clone.newest(pattern, limits) else { throw Failure.noMatch(pattern, in: clone) }
        return DeploymentRecord.Target(ref: latest.ref, commit: latest.commit)
    }

    func missedPush(in clone: DetachedClone, _ limits: Limits) throws -> DeploymentRecord.Target? {
        let newest = try newestPush(in: clone, limits)
        return clone.head == newest.commit ? nil : newest
    }

    func hasLeftovers(_ clone: DetachedClone) -> Bool { false }

    func savesEdits(in clone: DetachedClone, _ limits: Limits) throws -> Bool {
        try keepsDiscarded != nil && !clone.isChangedByAttributes(limits)
    }

    func tidy(_ clone: DetachedClone, _ limits: Limits) {
        guard let keepsDiscarded else { return }
        try? clone.removeDiscardedWork(before: Date(timeIntervalSinceNow: -(keepsDiscarded / .seconds(1))), limits)
    }

    func describe(_ clone: DetachedClone, _ limits: Limits) throws -> SiteInspection {
        SiteInspection(repository: try clone.repository(limits), follows: pattern, commit: clone.head)
    }
}
