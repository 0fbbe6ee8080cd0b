internal import Git
internal import Processes
internal import Text

extension Failure {
    /// Explains `error`, the end of a deployment of the clone at `path`.
    init(_ error: any Error, in path: String) {
        switch error {
        case let failure as Failure: self = failure
        case let error as GitError: self.init(error, in: path)
        case let error as RepositoryBusy: self.init(error.explanation)
        default: self.init("\(error)")
        }
    }

    /// Explains the meaning of `error` for the clone at `path`.
    init(_ error: GitError, in path: String) {
        if error.termination == .timedOut {
            self.init("git \(error.arguments.first ?? "") did not finish within the time-out and was ended")
            return
        }
        guard error.pathsInTheWay.isEmpty else {
            self = .inTheWay(error.pathsInTheWay, in: path)
            return
        }
        let known = KnownGitMessage(in: error.message)
        let hint = known?.hint.map { $0.replacing("PATH", with: path.quotedForShell) }
        let message = known.map { "\($0.meaning): \(error.firstLine)" } ?? error.description
        self.init(Explanation(message, hint: hint), isMissingRef: known?.isMissingRef ?? false)
    }

    /// A rebase stopped at a conflict.
    static func conflict(in clone: BranchClone) -> Failure {
        Failure(
            "local commits in \(clone.path) conflict with \(clone.upstream)",
            hint: "git -C \(clone.path.quotedForShell) pull --rebase, then resolve the conflict; "
                + "or git -C \(clone.path.quotedForShell) reset --hard @{upstream}, which drops the local commits")
    }

    /// The upstream was rewritten below local commits.
    static func rewritten(_ clone: BranchClone) -> Failure {
        Failure(
            "\(clone.upstream) was rewritten, and commits removed there would come back; the clone is as it was",
            hint: "git -C \(clone.path.quotedForShell) reset --hard @{upstream}, which drops the local commits")
    }

    /// Untracked or ignored files have the paths of files to be deployed.
    static func inTheWay(_ files: [String], in path: String) -> Failure {
        let listed = files.prefix(5).map(\.escapedForDisplay).joined(separator: ", ")
        let more = files.count > 5 ? " and \(files.count - 5) more" : ""
        let first = "\(path)/\(files.first ?? "")".quotedForShell
        return Failure(
            "untracked files are in the way: \(listed)\(more)",
            hint: "mv \(first) FOLDER, and so with each file; the next push then deploys")
    }

    /// The clone needs git-lfs.
    static let noLFS = Failure(
        "the site has files in git-lfs, but git-lfs is not installed", hint: "apt-get install git-lfs")

    /// Somebody changed tracked files on the server.
    static func dirty(_ path: String) -> Failure {
        Failure(
            "\(path) has local changes", hint: "git -C \(path.quotedForShell) status shows them; commit or restore them"
        )
    }

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
            hint: "in another clone: git add --renormalize . && git commit -m Renormalize && git push; "
                + "then git -C \(path.quotedForShell) fetch \(remote) \(ref) && git -C \(path.quotedForShell) reset --hard FETCH_HEAD"
        )
    }

    /// The clone has commits on no branch or tag, so a checkout would lose them.
    static func localCommits(in path: String) -> Failure {
        Failure(
            "\(path) has commits that are on no branch",
            hint: "git -C \(path.quotedForShell) branch kept keeps them; the next deployment then goes on")
    }

    /// The remote does not have the followed ref.
    static func noMatch(_ pattern: RefPattern) -> Failure {
        let kind = pattern.kind == .tag ? "tag" : "branch"
        return Failure(
            Explanation("the remote has no \(kind) \(pattern)", hint: "git ls-remote shows the refs of the remote"),
            isMissingRef: true)
    }

    /// Part of the repository belongs to another user.
    static func unwritable(_ part: String, in path: String) -> Failure {
        Failure(
            "\(part) is not writable",
            hint: "chown -R \(path.quotedForShell) to the user bellpull runs as; git was probably run as root there")
    }
}
