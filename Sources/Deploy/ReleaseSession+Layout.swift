internal import Foundation
internal import Git
internal import Processes

/// The release of a deployment: an existing one or a new one, and the swap that makes it live.
extension ReleaseSession {
    /// Returns an existing release of `commit` for reuse: the release ordered by name, or else a release laid out while the
    /// site was pinned.
    func existing(
        _ commit: Commit, named name: String?, _ repository: BareRepository, _ order: Order
    ) throws -> Release? {
        let all = folder.all.filter { $0.commit == commit }
        if let name { return all.first { $0.name == name } }
        guard let newest = all.first, newest.wentLive.isEmpty || order != .follow,
            order != .follow || !strategy.isIncomplete(newest.name, limits)
        else { return nil }
        // A changed file must not go live as part of the commit.
        let changed = try? changedFiles(of: newest, in: repository)
        return changed?.isEmpty == true || order != .follow ? newest : nil
    }

    /// Writes a complete release of `commit`, and runs the steps that come before it is live.
    ///
    /// - Throws: `StepStop` if a step does not pass.
    func layOut(
        _ commit: Commit, _ ref: String?, replacing live: Release?, in repository: BareRepository
    ) throws -> Release {
        var release = folder.newRelease(of: commit, ref)
        let path = folder.folder(of: release.name)
        let tree = ReleaseTree(repository, name: release.name, in: path)
        do {
            try folder.begin(release.name)
            let newest = folder.all.first
            var previous = newest.map { ReleaseTree(repository, name: $0.name, in: folder.folder(of: $0.name)) }
            previous?.stepsBegan = newest?.laidOut
            let shared = strategy.options.shared
            // What a step writes into must not be a file of another release too.
            let reuse: ReleaseTree.Reuse = steps?.steps.changeReleases == true ? .copies : .links
            let entries = try tree.entries(of: commit, limits)
            let submodules = try submodules(of: commit, entries, in: repository)
            try tree.layOut(
                commit, entries, submodules: submodules, from: previous, reuse, shared: shared, limits, transcript)
            if let missing = try tree.incompleteness(fetchesSubmodules: submodules != nil, limits) {
                layoutNotes.append("the release \(missing)")
            }
            layoutNotes += try SharedLinks(folder, shared).link(from: path)
            try repository.keep(commit, for: release.name, limits)
            try build(&release, tree, replacing: live)
            try tree.synchronize()
            try folder.complete(release)
        } catch {
            try? repository.release(release.name, Limits.within(SessionContext.restoreTimeout))
            tree.removeIndex()
            folder.startRemoval(of: release.name)
            strategy.removeUnfinished(release.name)
            throw error
        }
        return release
    }

    /// Fetches the submodules of `commit`, if the site's file says so.
    private func submodules(
        of commit: Commit, _ entries: TreeEntries, in repository: BareRepository
    ) throws -> [Submodule]? {
        guard let listed = strategy.contents.submodules else { return nil }
        guard entries.hasSubmodules else { return [] }
        let remote = try repository.configuredURL(limits) ?? ""
        var fetch = SubmoduleFetch(
            SubmoduleSources(remote: remote, listed: listed), for: repository, limits, transcript)
        return try fetch.fetch(commit, with: entries)
    }

    func goLive(_ release: Release, from live: Release?, isRollback: Bool) throws(Failure) {
        // The records serve only people and later rollbacks, so an error does not stop the deployment. A rollback records the
        // withdrawn release before the swap. A retry after a kill finds the swap done, and would never record the release.
        let left = live.flatMap { $0.name == release.name ? nil : $0 }
        // The next process must know that the check is still to come.
        let isUnproven = !isRollback && steps?.steps.health != nil
        if isUnproven { try folder.write(release.unproven()) }
        if let left, isRollback || left.wentLive.isEmpty { try? folder.write(left.left(isWithdrawn: isRollback)) }
        do {
            try folder.swap(to: release.name)
        } catch {
            if let left, folder.liveName == left.name { try? folder.write(left) }
            throw error
        }
        try? folder.write(release.live(since: Date(), isUnproven: isUnproven))
    }
}
