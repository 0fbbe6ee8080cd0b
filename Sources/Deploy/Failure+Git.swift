internal import Git

extension Failure {
    /// Why a deployment of the clone at `path` came to nothing, whatever was thrown.
    init(_ error: any Error, in path: String) {
        switch error {
        case let failure as Failure: self = failure
        case let error as GitError: self.init(error, in: path)
        case let error as RepositoryBusy: self.init(error.message, hint: error.hint)
        default: self.init("\(error)")
        }
    }

    /// What `error` means in the clone at `path`, in words.
    init(_ error: GitError, in path: String) {
        if error.termination == .timedOut {
            self.init("git \(error.arguments.first ?? "") took longer than the time-out and was ended")
            return
        }
        let known = Self.known.first { error.message.contains($0.words) }
        let hint = known?.hint.map { $0.replacing("PATH", with: path) }
        self.init(known.map { "\($0.meaning): \(error.firstLine)" } ?? error.description, hint: hint)
    }

    /// Local commits and the upstream's do not go together.
    static func conflict(in clone: BranchClone) -> Failure {
        Failure(
            "local commits in \(clone.path) conflict with \(clone.upstream); the clone is as it was",
            hint: "git -C \(clone.path) pull --rebase, and resolve it or drop them with git reset --hard @{upstream}")
    }

    /// The upstream was rewritten beneath local commits.
    static func rewritten(_ clone: BranchClone) -> Failure {
        Failure(
            "\(clone.upstream) was rewritten, and commits removed there would come back; the clone is as it was",
            hint: "git -C \(clone.path) reset --hard @{upstream}, if its local commits can go")
    }

    /// Tracked files were changed by someone else.
    static func dirty(_ path: String) -> Failure {
        Failure("\(path) has local changes", hint: "git -C \(path) status; commit or restore them")
    }

    /// A part of the repository belongs to somebody else.
    static func unwritable(_ part: String, in path: String) -> Failure {
        Failure(
            "\(part) cannot be written to",
            hint: "chown -R \(path) to the user bellpull runs as; was git run as root there?")
    }

    private struct Known {
        let words: String
        let meaning: String
        let hint: String?
    }

    /// Git's own words (in the C locale), what they mean here, and the way out.
    private static let known = [
        Known(
            words: "cannot pull with rebase", meaning: "the clone has local changes",
            hint: "git -C PATH status; commit or restore them"),
        Known(
            words: "untracked working tree files would be", meaning: "an untracked file is in the way",
            hint: "git -C PATH pull --rebase names it; move it away"),
        Known(
            words: "couldn't find remote ref", meaning: "the branch is gone from the remote",
            hint: "git -C PATH branch -vv shows what it follows"),
        Known(
            words: "no such ref was fetched", meaning: "the branch is gone from the remote",
            hint: "git -C PATH branch -vv shows what it follows"),
        Known(
            words: "Host key verification failed", meaning: "the remote's host key is not known",
            hint: "ssh-keyscan <host> >> ~/.ssh/known_hosts, as the user bellpull runs as"),
        Known(
            words: "Permission denied (publickey", meaning: "the remote refuses the ssh key",
            hint: "add the public key of the user bellpull runs as to the repository's deploy keys"),
        Known(
            words: "could not read Username", meaning: "the remote asks for a password",
            hint: "give the clone a URL with ssh and a deploy key, or a credential helper"),
        Known(
            words: "Authentication failed", meaning: "the remote refuses the credentials",
            hint: "git -C PATH fetch, as the user bellpull runs as"),
        Known(
            words: "dubious ownership", meaning: "the clone belongs to another user",
            hint: "chown -R it to the user bellpull runs as"),
        Known(
            words: "identity unknown", meaning: "git needs a name to rebase local commits",
            hint: "git -C PATH config user.name bellpull && git -C PATH config user.email bellpull@localhost"),
        Known(words: "No space left on device", meaning: "the disk is full", hint: nil),
        Known(
            words: ".lock': File exists", meaning: "another git is at work in the clone",
            hint: "it deploys with the next push; if no git runs, remove the file named"),
        Known(
            words: "' not found", meaning: "the remote has no such repository, or does not show it",
            hint: "git -C PATH remote -v names it; git -C PATH fetch, as the user bellpull runs as, has to work"),
        Known(
            words: "unable to access", meaning: "the remote cannot be reached", hint: "git -C PATH fetch shows why"),
        Known(
            words: "Could not read from remote repository", meaning: "the remote cannot be reached",
            hint: "git -C PATH fetch shows why"),
    ]
}
