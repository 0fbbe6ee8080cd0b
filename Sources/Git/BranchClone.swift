public import Processes
internal import Foundation

/// A working clone that follows a branch of its remote.
public struct BranchClone: Sendable {
    /// The folder of the work tree, absolute and without symbolic links.
    public let path: String
    /// The branch checked out when it was opened.
    public let branch: Branch
    /// The branch it follows, under its name in the remote repository.
    public let upstream: Branch
    /// The remote's name in the clone, usually `origin`.
    public let remote: String
    /// The repository that the upstream's remote is.
    public let repository: RepositoryName
    /// The folder `.git`, or where it points to.
    public let gitDirectory: String

    let git: Git
    let references: References
    let trackingRef: String

    /// What `git status` says of a clone.
    public struct Status: Sendable, Equatable {
        /// Where HEAD is; `nil` before the first commit.
        public let head: Commit?
        /// How many commits HEAD has that the upstream has not, as of the last fetch.
        public let ahead: Int
        /// How many commits the upstream has that HEAD has not, as of the last fetch.
        public let behind: Int
        /// Whether files that git tracks differ from HEAD.
        public let isDirty: Bool
    }

    init(
        path: String, branch: Branch, upstream: Branch, remote: String, trackingRef: String, repository: RepositoryName,
        gitDirectory: String, commonDirectory: String, git: Git
    ) {
        self.path = path
        self.branch = branch
        self.upstream = upstream
        self.remote = remote
        self.trackingRef = trackingRef
        self.repository = repository
        self.gitDirectory = gitDirectory
        self.git = git
        references = References(gitDirectory: gitDirectory, commonDirectory: commonDirectory)
    }

    /// The commit that `branch` is at, read from the repository's files without a git process; `nil` if HEAD is not on
    /// `branch`, or the files do not say, as in a repository that keeps its references in a reftable.
    public var head: Commit? {
        isOnBranch ? references.commit(of: branch.ref) : nil
    }

    /// The commit the upstream was at when last fetched, read like `head`.
    public var fetchedUpstream: Commit? { references.commit(of: trackingRef) }

    /// Whether HEAD is `branch`, and not another branch or detached, as it is during a rebase.
    public var isOnBranch: Bool { references.head == branch.ref }

    /// What a git that was killed left behind: a rebase half done.
    public var hasUnfinishedRebase: Bool {
        ["rebase-merge", "rebase-apply"].contains {
            FileManager.default.fileExists(atPath: "\(gitDirectory)/\($0)")
        }
    }

    /// `git pull --rebase`, from the upstream.
    public func pull(_ limits: Limits, _ transcript: Transcript? = nil) throws(GitError) {
        let progress = transcript?.showsProgress == true ? ["--progress"] : []
        _ = try git.output(of: ["pull", "--rebase", "--no-stat"] + progress, limits, transcript)
    }

    /// Ends a rebase that is half done; branch and work tree are then as before it.
    public func abortRebase(_ limits: Limits) throws(GitError) {
        do {
            _ = try git.output(of: ["rebase", "--abort"], limits)
        } catch {
            // One that was killed while it noted what it was about has moved nothing, and cannot be aborted either.
            guard isOnBranch else { throw error }
            _ = try git.output(of: ["rebase", "--quit"], limits)
        }
    }

    /// Moves the branch and the work tree to `commit`, unless that would lose a local change.
    public func reset(keepingChanges commit: Commit, _ limits: Limits) throws(GitError) {
        _ = try git.output(of: ["reset", "--quiet", "--keep", commit.description], limits)
    }

    /// How many commits HEAD has that the upstream had not when last fetched, nor when it was at `known`.
    public func countLocalCommits(besides known: Commit? = nil, _ limits: Limits) throws(GitError) -> Int {
        let others = ["^\(trackingRef)"] + (known.map { ["^\($0)"] } ?? [])
        return Int(try git.output(of: ["rev-list", "--count", "--ignore-missing", "HEAD"] + others, limits)) ?? 0
    }

    /// Whether the files that git tracks are as in HEAD. Submodules do not count, as for git pull, which leaves them
    /// where they are.
    public func isClean(_ limits: Limits) throws(GitError) -> Bool {
        let quick = try git.run(["diff-index", "--quiet", "--ignore-submodules", "HEAD", "--"], limits)
        // What looks changed may only have been touched: git status looks again.
        if quick.isSuccess { return true }
        return try !status(limits).isDirty
    }

    /// Where the clone is, and whether it is clean.
    public func status(_ limits: Limits) throws(GitError) -> Status {
        let options = ["--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules"]
        return Status(porcelain: try git.output(of: ["status"] + options, limits))
    }
}

extension BranchClone.Status {
    /// Reads git-status(1), "Porcelain Format Version 2".
    init(porcelain text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        func header(_ name: String) -> Substring? {
            lines.first { $0.hasPrefix("# \(name) ") }?.dropFirst(name.count + 3)
        }
        let counts = header("branch.ab")?.split(separator: " ").compactMap { Int($0) } ?? []
        head = header("branch.oid").flatMap { Commit($0) }
        ahead = counts.first ?? 0
        behind = -(counts.last ?? 0)
        isDirty = lines.contains { !$0.hasPrefix("#") }
    }
}
