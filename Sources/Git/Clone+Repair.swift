internal import Foundation

extension Clone {
    /// A rebase that a person has stopped at, or other git that is at work in the clone.
    public struct Occupied: Error, Sendable, Equatable {
        /// What goes on, in words.
        public let message: String
        /// What to do about it.
        public let hint: String
    }

    /// Clears away what a git that was killed left behind, locks and a rebase half done, so that the next can work. To
    /// be called under the site's lock.
    ///
    /// - Parameter ownLeftovers: whether what is half done is known to be Bellpull's. If not, a rebase that stopped for a
    ///   person to act is left to that person.
    /// - Throws: `Occupied`, or what git says when a rebase cannot be undone.
    public func repair(ownLeftovers: Bool, _ limits: Git.Limits) throws {
        let locks = staleLockCandidates
        guard !locks.isEmpty || hasUnfinishedRebase else { return }
        try waitForOtherGit(limits)
        for lock in locks { unlink(lock) }
        guard hasUnfinishedRebase else { return }
        guard ownLeftovers || !isStoppedForPerson else {
            throw Occupied(
                message: "a rebase is going on in \(path)",
                hint: "finish it, or git -C \(path) rebase --abort")
        }
        try abortRebase(limits)
    }

    /// The locks there are, without those of other users, whose git need not show among the processes we see.
    private var staleLockCandidates: [String] {
        ["index.lock", "HEAD.lock", "\(branch.ref).lock"].map { "\(gitDirectory)/\($0)" }.filter { path in
            var status = stat()
            return lstat(path, &status) == 0 && status.st_uid == geteuid()
        }
    }

    /// A rebase that stops for a conflict or an edit notes where (git-rebase's sequencer).
    private var isStoppedForPerson: Bool {
        FileManager.default.fileExists(atPath: "\(gitDirectory)/rebase-merge/stopped-sha")
    }

    private func waitForOtherGit(_ limits: Git.Limits) throws {
        while isGitAtWork {
            guard limits.deadline > .now, !limits.cancellation.isCancelled else {
                throw Occupied(message: "another git is at work in \(path)", hint: "wait for it, or end it")
            }
            usleep(100_000)
        }
    }

    /// Whether a process named git is in this clone, or may be: another user's does not say where it is (proc(5)).
    private var isGitAtWork: Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.lazy.filter { $0.allSatisfy(\.isNumber) }.contains { process in
            guard let name = FileManager.default.contents(atPath: "/proc/\(process)/comm"),
                name.starts(with: Array("git".utf8))
            else { return false }
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
            guard let place else { return FileManager.default.fileExists(atPath: "/proc/\(process)") }
            return place == path || place.hasPrefix("\(path)/") || place.hasPrefix(gitDirectory)
        }
    }
}
