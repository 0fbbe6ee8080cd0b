internal import Foundation
internal import Git
internal import Processes

/// Removes old releases of a site. The caller holds the site's lock.
struct ReleasePruning {
    private let strategy: ReleaseStrategy
    private let repository: BareRepository

    init(_ strategy: ReleaseStrategy, _ repository: BareRepository) {
        self.strategy = strategy
        self.repository = repository
    }

    /// Keeps the newest releases, and always the live one, the one before it and the pinned one. A release with a file that
    /// a person put or changed there stays.
    ///
    /// The next push ends the work. But a site that is pushed to all the time must not fill the disk, so nothing ends the
    /// removal while there are twice as many releases as wanted.
    func prune(_ limits: Limits) {
        let folder = strategy.folder
        let all = folder.all
        var count = all.count
        let kept = [folder.liveName, folder.previous()?.name, strategy.pin?.release].compactMap(\.self)
        for release in all.dropFirst(strategy.options.keep).reversed() where !kept.contains(release.name) {
            let isUrgent = count > 2 * strategy.options.keep
            let limits = isUrgent ? Limits(deadline: limits.deadline, cancellation: Cancellation()) : limits
            guard limits.deadline > .now, !limits.cancellation.isCancelled else { return }
            let tree = ReleaseTree(repository, name: release.name, in: folder.folder(of: release.name))
            // The release stays whole if git is ended.
            guard isUntouched(tree, of: release, limits), (try? repository.release(release.name, limits)) != nil,
                folder.startRemoval(of: release.name)
            else { continue }
            tree.removeIndex()
            folder.finishRemoval(of: release.name)
            count -= 1
        }
        try? repository.tidy(limits)
        try? repository.tidySubmodules(limits)
        if repository.git.fetchesLargeFiles, let commits = try? repository.keptCommits(limits) {
            try? repository.removeLargeFiles(besides: commits, limits)
        }
    }

    private func isUntouched(_ tree: ReleaseTree, of release: Release, _ limits: Limits) -> Bool {
        let shared = strategy.options.shared
        if let built = release.built { return tree.changedFiles(since: built, shared: shared).isEmpty }
        do {
            // A new repository has no index of the releases before it.
            try tree.restoreIndex(of: release.commit, limits)
            return try tree.changedFiles(shared: shared, limits).isEmpty
                && tree.untrackedFiles(shared: shared, limits).isEmpty
        } catch {
            return false
        }
    }
}
