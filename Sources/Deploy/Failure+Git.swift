internal import Git
internal import Processes
internal import Text

extension Failure {
    /// Explains `error`, the end of a deployment of the clone at `path`.
    ///
    /// - Parameter clone: the clone, if it could be opened. The remedy may need a look at the clone and its remote.
    init(_ error: any Error, in path: String, _ clone: (any Repository)? = nil) {
        switch error {
        case let failure as Failure: self = failure
        case let error as GitError: self.init(error, in: path, clone)
        case let error as RepositoryBusy: self.init(error.explanation)
        case let error as SubmoduleError: self.init(error.explanation)
        default: self.init("\(error)")
        }
    }

    /// Explains the meaning of `error` for the clone at `path`.
    init(_ error: GitError, in path: String, _ clone: (any Repository)? = nil) {
        if error.termination == .timedOut {
            self.init("git \(error.arguments.first ?? "") did not finish within the time-out and was ended")
            return
        }
        guard error.termination != .cancelled else {
            self.init(error.description)
            return
        }
        guard error.pathsInTheWay.isEmpty else {
            self = .inTheWay(error.pathsInTheWay, in: path)
            return
        }
        let (explanation, isMissingRef) = KnownGitMessage.explanation(of: FailedGit(error, in: path, clone))
        self.init(explanation, isMissingRef: isMissingRef)
    }

    /// Returns the failure, explained by what the remote has if the remote lacks the followed branch. Asks the remote, so
    /// call this only for a failure that a person is told of.
    func askingRemote(of clone: any Repository) -> Failure {
        guard isMissingRef, let clone = clone as? BranchClone else { return self }
        return .missingBranch(of: clone)
    }

    /// A rebase stopped at a conflict.
    static func conflict(in clone: BranchClone) -> Failure {
        Failure(
            "local commits in \(clone.path) conflict with \(clone.upstream)",
            remedy: Remedy(
                .git(in: clone.path, "pull", "--rebase"),
                note:
                    "then resolve the conflict; or drop the local commits: \(ShellCommand.dropCommits(in: clone))"
            ))
    }

    /// The upstream was rewritten below local commits.
    static func rewritten(_ clone: BranchClone) -> Failure {
        Failure(
            "\(clone.upstream) was rewritten, and commits removed there would come back; the clone is as it was",
            remedy: .putCommitsAside(in: clone))
    }

    /// Untracked or ignored files have the paths of files to be deployed.
    static func inTheWay(_ files: [String], in path: String) -> Failure {
        let listed = files.prefix(5).map(\.escapedForDisplay).joined(separator: ", ")
        let more = files.count > 5 ? " and \(files.count - 5) more" : ""
        let saved = "\(path).saved"
        let move = ["mv", "--backup=numbered", "-t", saved] + files.prefix(20).map { "\(path)/\($0)" }
        let others = files.count > 20 ? "; the next failure names more files" : "; the next push then deploys"
        // Committed names can put any path into git's message, so root must not move the files.
        return Failure(
            "untracked files are in the way: \(listed)\(more)",
            remedy: Remedy(
                ShellCommand.makeFolder(saved).then(.service(words: move)), note: "moves the files away\(others)"))
    }

    /// The clone needs git-lfs.
    static let noLFS = Failure(
        "the site has files in git-lfs, but git-lfs is not installed", hint: "apt-get install git-lfs")

    /// Somebody changed tracked files on the server.
    static func dirty(_ path: String) -> Failure { Failure("\(path) has local changes", remedy: .putAside(in: path)) }

    /// Git takes tracked files of `clone` for changed. `ref` is what the next deployment places.
    static func localChanges(
        in clone: some WorkingClone, ref: @autoclosure () throws -> String, _ limits: Limits
    ) throws -> Failure {
        guard try clone.isChangedByAttributes(limits) else { return .dirty(clone.path) }
        return try .changedByAttributes(clone.path, remote: clone.remote, ref: ref())
    }

    /// The `.gitattributes` tell git to convert files that were committed without the conversion.
    static func changedByAttributes(_ path: String, remote: String, ref: String) -> Failure {
        Failure(
            "the .gitattributes of \(path) do not fit the committed files, so git sees changes that nobody made",
            remedy: Remedy(
                .git(in: path, "fetch", remote, ref).then(.git(in: path, "reset", "--hard", "FETCH_HEAD")),
                note: "but first, in another clone: git add --renormalize . && git commit -m Renormalize && git push"))
    }

    /// The clone has commits on no branch or tag, so a checkout would lose them.
    static func localCommits(in clone: DetachedClone) -> Failure {
        let name = clone.nameForCommits
        return Failure(
            "\(clone.path) has commits that are on no branch",
            remedy: Remedy(
                .git(in: clone.path, "branch", "-f", name),
                note: "keeps the commits on the branch \(name); the next push then deploys"))
    }

    /// The branch has commits of its own, so the clone cannot be put at another commit.
    static func localCommits(in clone: BranchClone) -> Failure {
        Failure(
            "\(clone.path) has commits that \(clone.upstream) does not have", remedy: .putCommitsAside(in: clone))
    }

    /// Part of the repository belongs to another user.
    static func unwritable(_ part: String, in path: String) -> Failure {
        Failure(
            "\(part) is not writable", remedy: Remedy(.giveToService(path), note: "git was probably run as root there"))
    }
}

extension ShellCommand {
    /// Drops the commits of the branch that the upstream does not have. Git refuses if a local change would be lost.
    ///
    /// `git reset --keep` would also refuse if a file has only another owner than at the last look.
    fileprivate static func dropCommits(in clone: BranchClone) -> ShellCommand {
        .git(in: clone.path, "switch", "-C", clone.branch.name, "@{upstream}")
    }
}

extension Remedy {
    /// Takes the local commits from the site, and leaves them on a branch of their own.
    fileprivate static func putCommitsAside(in clone: BranchClone) -> Remedy {
        let name = clone.nameForCommits
        return Remedy(
            .git(in: clone.path, "branch", "-f", name).then(.dropCommits(in: clone)),
            note: "leaves the local commits only on the branch \(name)")
    }
}

extension WorkingClone {
    /// The name of a branch for the commits at HEAD.
    fileprivate var nameForCommits: String { head.map { "kept-\($0.short)" } ?? "kept" }
}
