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
            hint: "finish the rebase, or git -C \(path.quotedForShell) rebase --abort")
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

    /// Cleans up after a killed git, so that the next git can work: removes locks, and undoes an unfinished rebase and
    /// an unfinished checkout. The caller must hold the site's lock.
    ///
    /// - Parameters:
    ///   - ownLeftovers: whether the killed git is known to have been Bellpull's. If not, a rebase stopped for a person
    ///     and changes in the work tree are left alone.
    ///   - checkoutBegan: whether a checkout is known to have started and not to have finished.
    /// - Throws: `RepositoryBusy`, or `GitError` if something cannot be undone.
    public func repair(ownLeftovers: Bool, checkoutBegan: Bool = false, _ limits: Limits) throws {
        let locks = StaleLocks(path: path, gitDirectory: gitDirectory, commonDirectory: commonDirectory)
        // A killed fetch of Bellpull may have locked any remote branch. Only then are all branches searched, as a
        // repository may have thousands.
        let found = locks.found(shared: [branch.ref, trackingRef], under: ownLeftovers ? ["refs/remotes"] : [])
        if !found.isEmpty || hasUnfinishedRebase { try locks.waitForOtherGit(limits) }
        for lock in found { unlink(lock) }
        if hasUnfinishedRebase {
            if !ownLeftovers, let stoppedRebase { throw RepositoryBusy(explanation: stoppedRebase) }
            try abortRebase(limits)
        }
        guard ownLeftovers else { return }
        // Git holds the lock of the index during the whole checkout.
        let hasStarted = checkoutBegan || found.contains("\(gitDirectory)/index.lock")
        try git.undoCheckout(of: trackingRef, hasStarted: hasStarted, limits)
    }

    /// Aborts an unfinished rebase: the branch and the work tree are then as before the rebase.
    public func abortRebase(_ limits: Limits) throws(GitError) {
        do {
            _ = try git.output(of: ["rebase", "--abort"], limits)
        } catch {
            // A rebase killed while it wrote its first files has moved nothing, and git refuses to abort it.
            guard isOnBranch else { throw error }
            _ = try git.output(of: ["rebase", "--quit"], limits)
        }
    }
}
