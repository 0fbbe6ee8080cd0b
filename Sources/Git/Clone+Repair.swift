internal import Foundation

extension Clone {
    /// A rebase that a person has stopped at, or other git that is at work in the clone.
    public struct Occupied: Error, Sendable, Equatable {
        /// What goes on, in words.
        public let message: String
        /// What to do about it.
        public let hint: String
    }

    /// Clears away what a git that was killed left behind, locks, a rebase and a checkout half done, so that the next can
    /// work. To be called under the site's lock.
    ///
    /// - Parameters:
    ///   - ownLeftovers: whether what is half done is known to be Bellpull's. If not, a rebase that stopped for a person
    ///     to act is left to that person, and so are changes in the work tree.
    ///   - checkoutBegan: whether a checkout is known to have begun and not to have come to its end.
    /// - Throws: `Occupied`, or what git says when something cannot be undone.
    public func repair(ownLeftovers: Bool, checkoutBegan: Bool = false, _ limits: Git.Limits) throws {
        let locks = staleLockCandidates(ownLeftovers: ownLeftovers)
        if !locks.isEmpty || hasUnfinishedRebase { try waitForOtherGit(limits) }
        for lock in locks { unlink(lock) }
        if hasUnfinishedRebase {
            guard ownLeftovers || !isStoppedForPerson else {
                throw Occupied(
                    message: "a rebase is going on in \(path)",
                    hint: "finish it, or git -C \(path) rebase --abort")
            }
            try abortRebase(limits)
        }
        guard ownLeftovers else { return }
        // Git holds the index's lock all through a checkout.
        try takeBackCheckout(hasBegun: checkoutBegan || locks.contains("\(gitDirectory)/index.lock"), limits)
    }

    /// Brings the files that a checkout of the upstream wrote, or did not come to, back to what they were.
    private func takeBackCheckout(hasBegun: Bool, _ limits: Git.Limits) throws(GitError) {
        // A stash is a commit, and the user Bellpull runs as may have no name to commit by.
        let identity = ["-c", "user.name=Bellpull", "-c", "user.email=bellpull@localhost"]
        let changes = try git.output(of: identity + ["stash", "create"], limits)
        guard hasBegun || !changes.isEmpty else { return }
        if !changes.isEmpty {
            // Should someone have changed a file since, that is not lost.
            let message = "what a deployment that was cut short had changed"
            _ = try git.output(of: identity + ["stash", "store", "--quiet", "--message", message, changes], limits)
        }
        // There and back again: forth, files that are new become git's, so that back, it removes them.
        for place in [trackingRef, "HEAD"] {
            _ = try git.output(of: ["read-tree", "--reset", "-u", place], limits)
        }
    }

    /// The locks that a pull takes. It may have fetched any branch; those are looked for only if it is known to have been
    /// ours, as there may be thousands.
    private func staleLockCandidates(ownLeftovers: Bool) -> [String] {
        let own = ["index", "HEAD", "ORIG_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "AUTO_MERGE"]
        let shared = [branch.ref, trackingRef, "packed-refs", "shallow"]
        let locks = own.map { "\(gitDirectory)/\($0).lock" } + shared.map { "\(references.commonDirectory)/\($0).lock" }
        return (locks + (ownLeftovers ? remoteLocks : [])).filter(isOurs)
    }

    /// Whether a file is there and this user's: another user's git need not show among the processes we see.
    private func isOurs(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_uid == geteuid()
    }

    private var remoteLocks: [String] {
        let folder = "\(references.commonDirectory)/refs/remotes"
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".lock") }.map { "\(folder)/\($0)" }
    }

    /// Whether a rebase stopped for a conflict, or where its list says so (git-rebase(1), "INTERACTIVE MODE"): a pull's
    /// list has only picks. One that applies patches does not tell.
    private var isStoppedForPerson: Bool {
        func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(gitDirectory)/\(name)") }
        let done = FileManager.default.contents(atPath: "\(gitDirectory)/rebase-merge/done") ?? Data()
        return exists("rebase-merge/stopped-sha") || exists("rebase-apply")
            || !done.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.starts(with: "pick ".utf8) }
    }

    private func waitForOtherGit(_ limits: Git.Limits) throws {
        while isGitAtWork {
            guard limits.deadline > .now, !limits.cancellation.isCancelled else {
                throw Occupied(message: "another git is at work in \(path)", hint: "wait for it, or end it")
            }
            usleep(100_000)
        }
    }

    /// Whether a process named git is in this clone, or may be: root's does not tell another user where it is (proc(5)).
    private var isGitAtWork: Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.lazy.filter { $0.allSatisfy(\.isNumber) }.contains { isGitAtWork(in: "/proc/\($0)") }
    }

    private func isGitAtWork(in process: String) -> Bool {
        // Not gitea, gitlab-runner and the like.
        guard let name = FileManager.default.contents(atPath: "\(process)/comm"),
            name == Data("git\n".utf8) || name.starts(with: Array("git-".utf8))
        else { return false }
        do {
            let place = try FileManager.default.destinationOfSymbolicLink(atPath: "\(process)/cwd")
            return place == path || place.hasPrefix("\(path)/") || place.hasPrefix(gitDirectory)
        } catch CocoaError.fileReadNoPermission {
            let owner = try? FileManager.default.attributesOfItem(atPath: process)[.ownerAccountID] as? Int
            return owner == 0
        } catch {
            // One that has ended is nowhere, though it may stay in the table for as long as nobody takes note.
            return false
        }
    }
}
