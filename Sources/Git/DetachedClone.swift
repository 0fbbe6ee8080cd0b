public import Processes
public import Text
internal import Foundation

/// A clone with a detached HEAD: the work tree moves from commit to commit without a branch. Sites with a tag or a
/// pattern of branches use such a clone.
public struct DetachedClone: WorkingClone {
    /// The folder of the work tree: an absolute path without symbolic links.
    public let path: String
    /// The repository's own folder, usually `.git`.
    public let gitDirectory: String
    /// The folder of the objects and references, shared by all work trees of the repository.
    public let commonDirectory: String
    /// Git, set up to run in the work tree.
    public let git: Git

    /// The remote's name in the clone, usually `origin`.
    public let remote: String

    /// Opens the clone at `path`, on a branch or not, and finds its remote: `origin`, or else the first one.
    ///
    /// - Parameter limits: how long git may take.
    public static func open(at path: String, _ limits: Limits) throws(CloneError) -> DetachedClone {
        let layout = try RepositoryLayout.find(path, limits)
        do {
            let remotes = try layout.git.output(of: ["remote"], limits).split(separator: "\n").map(String.init)
            guard let remote = remotes.first(where: { $0 == "origin" }) ?? remotes.first else {
                throw CloneError.noRemote(path: layout.root)
            }
            return DetachedClone(
                path: layout.root, gitDirectory: layout.gitDirectory, commonDirectory: layout.commonDirectory,
                git: layout.git, remote: remote)
        } catch {
            throw CloneError(error, path: path)
        }
    }

    /// Returns the clone with another setup of git.
    public func using(_ git: Git) -> DetachedClone {
        DetachedClone(
            path: path, gitDirectory: gitDirectory, commonDirectory: commonDirectory, git: git, remote: remote)
    }

    /// The commit at HEAD, read from the repository's files without a git process.
    public var head: Commit? { references.head.flatMap(references.commit(of:)) ?? references.detachedHead }

    /// Always `nil`: checking out a commit does not depend on the end of a rebase.
    public var stoppedRebase: Explanation? { nil }

    /// Moves HEAD and the work tree to `commit`.
    ///
    /// - Throws: `GitError`, and moves nothing, if a local change, an untracked file or an ignored file would be lost.
    public func checkOut(_ commit: Commit, _ limits: Limits, _ transcript: Transcript) throws(GitError) {
        let options = ["--quiet", "--no-overwrite-ignore", "--detach"]
        _ = try git.output(of: ["checkout"] + options + [commit.description, "--"], limits, transcript)
    }

    /// Counts the commits in HEAD, without the commits in any branch, remote branch or tag, and in `known`.
    public func countLocalCommits(besides known: Commit?, _ limits: Limits) throws(GitError) -> Int {
        let others = ["--not", "--remotes", "--tags", "--branches"] + (known.map { [$0.description] } ?? [])
        let arguments = ["rev-list", "--count", "--ignore-missing", "HEAD"] + others
        return Int(try git.output(of: arguments, limits)) ?? 0
    }

    /// Cleans up after a killed git: removes locks. The caller must hold the site's lock.
    ///
    /// - Throws: `RepositoryBusy` if another git still runs at the end of `limits`.
    public func repair(_ limits: Limits) throws {
        let locks = StaleLocks(path: path, gitDirectory: gitDirectory, commonDirectory: commonDirectory)
        let found = locks.found(shared: [], under: ["refs/remotes", "refs/tags"])
        if !found.isEmpty { try locks.waitForOtherGit(limits) }
        for lock in found { unlink(lock) }
    }

    /// Where HEAD points: a branch, or a commit.
    public struct Position: Sendable {
        let branch: String?
        /// The commit of HEAD; `nil` before the first commit.
        public let commit: Commit?

        init(branch: String?, commit: Commit?) {
            (self.branch, self.commit) = (branch, commit)
        }

        /// Creates the position of a detached HEAD at `commit`.
        public init(at commit: Commit) { self.init(branch: nil, commit: commit) }
    }

    /// Where HEAD points now.
    public var position: Position { Position(branch: references.head, commit: head) }

    /// Puts HEAD and the files back to their state before a placement that failed or was killed. Files that a person
    /// put or edited stay. Call after `repair`.
    ///
    /// - Parameters:
    ///   - before: where HEAD pointed before the placement; `nil` to leave HEAD where it is.
    ///   - target: the commit that was to be placed; `nil` for the last fetched commit.
    ///   - start: when the placement started.
    /// - Returns: the files moved away, because they were changed since `start` by git or by a person.
    public func restore(
        to before: Position?, from target: Commit? = nil, since start: FileTime, _ limits: Limits
    ) throws(GitError) -> [String] {
        let current = head
        if let before, before.commit != current || before.branch != references.head {
            let reason = ["-m", "bellpull: restore after a failed deployment"]
            if let branch = before.branch {
                _ = try git.output(of: ["symbolic-ref"] + reason + ["HEAD", branch], limits)
            } else if let commit = before.commit {
                _ = try git.output(of: ["update-ref", "--no-deref"] + reason + ["HEAD", commit.description], limits)
            }
        }
        // First the target: completing the files of HEAD needs the index of HEAD.
        var targets = [target ?? fetchedCommit].compactMap(\.self)
        if let current, !targets.contains(current) { targets.append(current) }
        var saved: [String] = []
        for target in targets {
            saved += try restoreFiles(from: target, since: start, limits)
        }
        return saved
    }
}
