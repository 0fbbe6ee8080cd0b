public import Processes
public import Text
internal import Foundation

extension BranchClone {
    /// Whether a rebase has started and not finished, because a person must act or because git was killed.
    public var hasUnfinishedRebase: Bool { ["rebase-merge", "rebase-apply"].contains(where: hasGitFile) }

    /// A rebase that stopped for a person to act, or `nil`.
    public var stoppedRebase: Explanation? {
        guard hasUnfinishedRebase, isRebaseStoppedForPerson else { return nil }
        return Explanation(
            "a rebase is going on in \(path)",
            remedy: Remedy(
                .git(in: path, "rebase", "--abort"),
                note: "drops the rebase; or finish it: \(ShellCommand.git(in: path, "rebase", "--continue"))"))
    }

    /// Whether the rebase stopped at a conflict, or at a command of its todo list (git-rebase(1), "INTERACTIVE MODE").
    ///
    /// The todo list of a pull has only picks. A rebase by patches has no todo list, and counts as stopped.
    private var isRebaseStoppedForPerson: Bool {
        let done = FileManager.default.contents(atPath: "\(gitDirectory)/rebase-merge/done") ?? Data()
        return hasGitFile("rebase-merge/stopped-sha") || hasGitFile("rebase-apply")
            || !done.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.starts(with: "pick ".utf8) }
    }

    private func hasGitFile(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(gitDirectory)/\(name)")
    }

    /// Cleans up after a killed git, so that the next git can work: removes locks and undoes an unfinished rebase. The
    /// caller must hold the site's lock.
    ///
    /// - Parameter ownLeftovers: whether the killed git is known to have been Bellpull's. If not, a rebase stopped for a
    ///   person is left alone.
    /// - Returns: the files moved away, because they were in git's way.
    /// - Throws: `RepositoryBusy`, or `GitError` if something cannot be undone.
    @discardableResult
    public func repair(ownLeftovers: Bool, _ limits: Limits) throws -> [String] {
        let locks = StaleLocks(path: path, gitDirectory: gitDirectory, commonDirectory: commonDirectory)
        // A killed fetch of Bellpull may have locked any remote branch. Only then are all branches searched, as a
        // repository may have thousands.
        let found = locks.found(shared: [branch.ref, trackingRef], under: ownLeftovers ? ["refs/remotes"] : [])
        if !found.isEmpty || hasUnfinishedRebase { try locks.waitForOtherGit(limits) }
        for lock in found { unlink(lock) }
        guard hasUnfinishedRebase else { return [] }
        if !ownLeftovers, let stoppedRebase { throw RepositoryBusy(explanation: stoppedRebase) }
        return try abortRebase(limits)
    }

    /// Puts the branch and the files back to their state before a placement that failed or was killed. Files that a
    /// person put or edited stay. Call after `repair`.
    ///
    /// - Parameters:
    ///   - before: the commit of the branch before the placement; `nil` to leave the branch where it is.
    ///   - target: the commit that was to be placed; `nil` for the upstream as last fetched.
    ///   - start: when the placement started.
    /// - Returns: the files moved away, because they were changed since `start` by git or by a person.
    public func restore(
        to before: Commit?, from target: Commit? = nil, since start: FileTime, _ limits: Limits
    ) throws(GitError) -> [String] {
        let current = head
        if let before, let current, current != before {
            let reason = ["-m", "bellpull: restore after a failed deployment"]
            _ = try git.output(
                of: ["update-ref"] + reason + [branch.ref, before.description, current.description], limits)
        }
        // First the target: completing the files of HEAD needs the index of HEAD.
        var targets = [target ?? fetchedUpstream].compactMap(\.self)
        if let current, !targets.contains(current) { targets.append(current) }
        var saved: [String] = []
        for target in targets {
            saved += try restoreFiles(from: target, since: start, limits)
        }
        return saved
    }

    /// Returns when the last fetch ended, if `commit` was its result.
    public func lastFetch(of commit: Commit?) -> FileTime? {
        guard let commit, fetchedCommit == commit else { return nil }
        return FileTime(writingOf: "\(gitDirectory)/FETCH_HEAD")
    }

    /// Aborts an unfinished rebase: the branch and the work tree are then as before the rebase.
    ///
    /// - Returns: the files moved away, because they were in git's way.
    @discardableResult
    public func abortRebase(_ limits: Limits) throws(GitError) -> [String] {
        if layout.hasEmptyRebase { return try leaveEmptyRebase(limits) }
        var restoration = WorkTreeRestoration(of: self, to: "HEAD", since: .now(), limits)
        do throws(GitError) {
            do throws(GitError) {
                _ = try git.output(of: ["rebase", "--abort"], limits)
            } catch {
                guard !error.pathsInTheWay.isEmpty else { throw error }
                // A rebase killed between a new file and the index: git takes the file for a person's.
                try restoration.moveAway(error.pathsInTheWay.map { TreePath($0.utf8) })
                _ = try git.output(of: ["rebase", "--abort"], limits)
            }
        } catch {
            // A rebase killed while it wrote its first files has moved nothing, and git refuses to abort it.
            guard isOnBranch else { throw error }
            _ = try git.output(of: ["rebase", "--quit"], limits)
        }
        return restoration.saved
    }

    /// Returns to the branch from a rebase that git cannot abort, because a power failure emptied its state. The files are
    /// left to `restore`.
    private func leaveEmptyRebase(_ limits: Limits) throws(GitError) -> [String] {
        let reason = "bellpull: leave a rebase without its state"
        if !isOnBranch { _ = try git.output(of: ["symbolic-ref", "-m", reason, "HEAD", branch.ref], limits) }
        try? FileManager.default.removeItem(atPath: "\(gitDirectory)/rebase-merge")
        return []
    }

    private var layout: RepositoryLayout {
        RepositoryLayout(root: path, gitDirectory: gitDirectory, commonDirectory: commonDirectory, git: git)
    }
}
