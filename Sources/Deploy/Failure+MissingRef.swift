internal import Git
internal import Text

extension Failure {
    /// The remote does not have the branch that `clone` follows. Asks the remote for its branches: the branch may have
    /// been renamed.
    static func missingBranch(of clone: BranchClone) -> Failure {
        let show = Remedy(
            .git(in: clone.path, "ls-remote", clone.remote), note: "shows the branches and tags of the remote")
        guard let branches = try? clone.remoteBranches(FailedGit.limits) else {
            return missingRef("the remote has no branch \(clone.upstream)", show)
        }
        guard let first = branches.all.first else {
            return missingRef(
                "the remote is an empty repository, without the branch \(clone.upstream)",
                Remedy(note: "push the branch \(clone.upstream) to the remote; the push is then deployed"))
        }
        guard !branches.all.contains(clone.upstream.name) else {
            return missingRef("the remote did not show the branch \(clone.upstream) at first, but does now", show)
        }
        if let name = branches.default {
            return missingRef(
                "the remote has no branch \(clone.upstream); its default branch is \(name), perhaps the new name",
                .follow(name, in: clone))
        }
        guard branches.all.count == 1 else {
            let listed = branches.all.prefix(5).joined(separator: ", ") + (branches.all.count > 5 ? ", …" : "")
            return missingRef("the remote has no branch \(clone.upstream); it has \(listed)", show)
        }
        return missingRef(
            "the remote has no branch \(clone.upstream); its only branch is \(first)", .follow(first, in: clone))
    }

    /// The remote of `repository` does not have a ref that `pattern` matches.
    static func noMatch(_ pattern: RefPattern, in repository: any Repository) -> Failure {
        let kind = pattern.kind == .tag ? "tag" : "branch"
        let option = pattern.kind == .tag ? "--tags" : "--heads"
        return missingRef(
            "the remote has no \(kind) \(pattern)",
            Remedy(
                .git(in: repository.git.directory, "ls-remote", option, repository.remote),
                note: "shows what the remote has; correct \(kind) in the site's file, or push such a \(kind)"))
    }

    /// The repository of the site has no commit `text`.
    static func unknownCommit(_ text: String, hint: String) -> Failure {
        Failure("the repository has no commit \(text.escapedForDisplay)", hint: hint)
    }

    private static func missingRef(_ message: String, _ remedy: Remedy) -> Failure {
        Failure(Explanation(message, remedy: remedy), isMissingRef: true)
    }
}

extension ShellCommand {
    /// Fetches the remote's branch `name` into a tracking branch. A clone of a single branch has none for another branch
    /// until it is told to.
    static func fetchTracked(_ name: String, in clone: BranchClone) -> ShellCommand {
        let fetch = ShellCommand.git(in: clone.path, "fetch", clone.remote, name)
        guard !clone.fetchesAllBranches(FailedGit.limits) else { return fetch }
        return .git(in: clone.path, "remote", "set-branches", "--add", clone.remote, name).then(fetch)
    }
}

extension Remedy {
    /// Has the branch of `clone` follow the remote's branch `name`.
    fileprivate static func follow(_ name: String, in clone: BranchClone) -> Remedy {
        let track = ShellCommand.git(
            in: clone.path, "branch", "--set-upstream-to=\(clone.remote)/\(name)", clone.branch.name)
        // Anybody who can push chooses the name, and some shells have no comments.
        let value = name.quotedForShell == name ? "\"\(name)\"" : name.quotedForShell
        return Remedy(
            ShellCommand.fetchTracked(name, in: clone).then(track),
            note: "if the site's file has branch, write branch = \(value) there too")
    }
}
