public import Processes

/// A clone on a branch with an upstream: a branch of a remote.
public struct BranchClone: WorkingClone {
    /// The folder of the work tree: an absolute path without symbolic links.
    public let path: String
    /// The repository's own folder, usually `.git`.
    public let gitDirectory: String
    /// The folder of the objects and references, shared by all work trees of the repository.
    public let commonDirectory: String
    /// Git, set up to run in the work tree.
    public let git: Git

    /// The local branch at the time the clone was opened.
    public let branch: Branch
    /// The upstream of `branch`, by its name in the remote.
    public let upstream: Branch
    /// The remote's name in the clone, usually `origin`.
    public let remote: String
    /// The repository behind the remote's URL, perhaps without an owner.
    public let repository: RepositoryName

    /// The reference of the upstream as last fetched, such as `refs/remotes/origin/main`.
    let trackingRef: String

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
        self.commonDirectory = commonDirectory
        self.git = git
    }

    /// Opens the clone at `path` and finds its branch, upstream and remote.
    ///
    /// - Parameter limits: how long git may take.
    public static func open(at path: String, _ limits: Limits) throws(CloneError) -> BranchClone {
        let layout = try RepositoryLayout.find(path, limits)
        do {
            return try open(layout, limits)
        } catch {
            throw CloneError(error, path: path)
        }
    }

    private static func open(_ layout: RepositoryLayout, _ limits: Limits) throws -> BranchClone {
        let (root, git) = (layout.root, layout.git)
        let arguments = ["symbolic-ref", "--quiet", "HEAD"]
        let completion = try git.run(arguments, limits)
        // Exits with 1 if HEAD is detached, and with 128 if the repository is damaged.
        guard completion.isSuccess || completion.termination == .exited(1) else {
            throw GitError(arguments: arguments, completion: completion)
        }
        let head = completion.output.trimmed
        guard let branch = try Branch(ref: head) ?? layout.rebasedBranch(limits) else {
            throw CloneError.detachedHead(path: root, branch: try onlyBranch(git, limits))
        }
        let upstream = try upstreamFields(of: branch, git, limits)
        guard upstream.count == 3, let upstreamBranch = Branch(ref: upstream[1]) else {
            let remotes = try git.output(of: ["remote"], limits).split(separator: "\n").map(String.init)
            let remote = remotes.first { $0 == "origin" } ?? remotes.first
            throw CloneError.noUpstream(path: root, branch: branch.name, remote: remote)
        }
        let url = try git.output(of: ["remote", "get-url", "--", upstream[0]], limits)
        guard let repository = RepositoryName(url: url) else {
            throw CloneError.unknownRepository(path: root, url: url)
        }
        return BranchClone(
            path: root, branch: branch, upstream: upstreamBranch, remote: upstream[0], trackingRef: upstream[2],
            repository: repository, gitDirectory: layout.gitDirectory, commonDirectory: layout.commonDirectory, git: git
        )
    }

    /// Returns the clone with another setup of git.
    public func using(_ git: Git) -> BranchClone {
        BranchClone(
            path: path, branch: branch, upstream: upstream, remote: remote, trackingRef: trackingRef,
            repository: repository, gitDirectory: gitDirectory, commonDirectory: commonDirectory, git: git)
    }

    /// Returns the only branch of the clone, or `nil` if the clone has several branches or none.
    private static func onlyBranch(_ git: Git, _ limits: Limits) throws(GitError) -> String? {
        let names = try git.output(of: ["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"], limits)
            .split(separator: "\n")
        return names.count == 1 ? names.first.map { String($0) } : nil
    }

    /// Returns the remote of the upstream, the name of the upstream in the remote, and the tracking reference.
    private static func upstreamFields(of branch: Branch, _ git: Git, _ limits: Limits) throws -> [String] {
        let format = "--format=%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
        let fields = try git.output(of: ["for-each-ref", format, "--", branch.ref], limits)
            .split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        guard fields.count != 3 else { return fields }
        // The branch of a clone of an empty repository has no commit, and is no reference yet.
        let values = try ["remote", "merge"].map { key in
            try git.run(["config", "--get", "branch.\(branch.name).\(key)"], limits).output.trimmed
        }
        guard let upstream = Branch(ref: values[1]), !values[0].isEmpty else { return [] }
        return values + ["refs/remotes/\(values[0])/\(upstream.name)"]
    }

    /// The commit at the tip of `branch`, read from the repository's files without a git process.
    ///
    /// `nil` if HEAD is not on `branch`, or if the files do not tell, as in a repository with a reftable.
    public var head: Commit? { isOnBranch ? references.commit(of: branch.ref) : nil }

    /// The commit at the tip of the upstream as last fetched, read like `head`.
    public var fetchedUpstream: Commit? { references.commit(of: trackingRef) }

    /// Whether HEAD is on `branch`: not on another branch, and not detached, as during a rebase.
    public var isOnBranch: Bool { references.head == branch.ref }

    /// How a pull may move the branch.
    public enum PullMode: Sendable {
        /// Only forward to the upstream. Git refuses if the branch and the upstream have diverged, after the fetch.
        case fastForward
        /// Forward to the upstream, with the commits of the branch rebased on top.
        case rebase
    }

    /// Runs `git pull --rebase` from the upstream. Fetches only the upstream, so that no other reference can stop the
    /// pull.
    ///
    /// A fast-forward overwrites no untracked or ignored file. A rebase overwrites ignored files: call
    /// `pathsInTheWay(of:)` first.
    public func pull(_ mode: PullMode, _ limits: Limits, _ transcript: Transcript? = nil) throws(GitError) {
        let progress = transcript?.showsProgress == true ? ["--progress"] : []
        let fastForward = mode == .fastForward ? ["--ff-only"] : []
        let arguments = ["pull", "--rebase", "--no-stat", "--no-tags"] + fastForward + progress
        _ = try git.output(
            of: arguments + ["--", remote, upstream.ref], limits, transcript,
            with: ("branch.\(branch.name).mergeOptions", "--no-overwrite-ignore"),
            launch: .foundation)
    }

    /// Fetches the upstream's commit from the remote, and moves no reference. Returns the commit.
    public func fetchUpstream(_ limits: Limits, _ transcript: Transcript? = nil) throws(GitError) -> Commit? {
        let arguments = ["fetch", "--no-tags", "--refmap=", "--", remote, upstream.ref]
        _ = try git.output(of: arguments, limits, transcript)
        return fetchedCommit
    }

    /// Moves the branch and the work tree to `commit`.
    ///
    /// - Throws: `GitError`, and moves nothing, if a local change would be lost.
    public func reset(keepingChanges commit: Commit, _ limits: Limits) throws(GitError) {
        _ = try git.output(of: ["reset", "--quiet", "--keep", commit.description], limits)
    }

    /// Asks the remote for the commit at the tip of the upstream (git-ls-remote(1)), and fetches nothing. Returns `nil`
    /// if the remote has no such branch.
    public func remoteCommit(_ limits: Limits) throws(GitError) -> Commit? {
        let lines = try git.output(of: ["ls-remote", "--", remote, upstream.ref], limits).split(separator: "\n")
        // git ls-remote also prints longer names with the same ending.
        return lines.lazy.map { $0.split(separator: "\t") }.first { $0.last == upstream.ref[...] }
            .flatMap { $0.first.flatMap { Commit($0) } }
    }

    /// Returns whether `tip` is `commit` or a descendant of `commit`; false if the clone does not have the commit.
    ///
    /// - Parameter tip: by default HEAD.
    public func contains(_ commit: Commit, in tip: Commit? = nil, _ limits: Limits) throws(GitError) -> Bool {
        if tip ?? head == commit { return true }
        let arguments = ["merge-base", "--is-ancestor", commit.description, tip?.description ?? "HEAD"]
        let completion = try git.run(arguments, limits)
        // Exits with 1 if the tip does not contain the commit, and with 128 if the clone does not have the commit.
        guard case .exited(let status) = completion.termination, [0, 1, 128].contains(status) else {
            throw GitError(arguments: arguments, completion: completion)
        }
        return status == 0
    }

    /// Counts the commits in HEAD, without the commits in the upstream as last fetched and in `known`.
    public func countLocalCommits(besides known: Commit? = nil, _ limits: Limits) throws(GitError) -> Int {
        if head == nil, try git.run(["rev-parse", "--quiet", "--verify", "HEAD"], limits).termination == .exited(1) {
            return 0
        }
        let others = (fetchedUpstream == nil ? [] : ["^\(trackingRef)"]) + (known.map { ["^\($0)"] } ?? [])
        return Int(try git.output(of: ["rev-list", "--count", "--ignore-missing", "HEAD"] + others, limits)) ?? 0
    }

    /// Returns the commit below the local commits of the branch, if the branch and `tip` meet there. Returns `nil` if git cannot
    /// tell, or if the branch has more than `localCommits` commits that are not in `tip`, as after a rewrite of the upstream.
    public func base(with tip: Commit, _ localCommits: Int, _ limits: Limits) -> Commit? {
        let count = try? git.output(of: ["rev-list", "--count", "HEAD", "^\(tip)"], limits)
        guard count == "\(localCommits)" else { return nil }
        // With several bases, the output has several lines.
        return (try? git.output(of: ["merge-base", "--all", "HEAD", tip.description], limits)).flatMap { Commit($0) }
    }

    /// Runs `git status` for tracked files, without submodules.
    public func status(_ limits: Limits) throws(GitError) -> Status {
        let options = ["--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules"]
        return Status(porcelain: try git.output(of: ["status"] + options, limits))
    }
}
