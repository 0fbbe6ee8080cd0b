internal import Foundation
internal import Git
internal import Text

extension KnownGitMessage {
    /// The machine lacks something. A later message of git is a consequence.
    static let machine = [
        KnownGitMessage(
            "No space left on device", "Disk quota exceeded", "Out of diskspace", meaning: "the disk is full"
        ) {
            Remedy(ShellCommand("df", "-h", $0.path), note: "free some space; the next push then deploys")
        },
        KnownGitMessage("Too many open files", meaning: "bellpull may not open more files") { _ in
            Remedy(
                ShellCommand(script: DropIn.moreFiles),
                note: "raises the limit of the service; the next push then deploys")
        },
        KnownGitMessage("Read-only file system", meaning: "the disk with the clone is read-only") {
            Remedy(
                .remount($0.path),
                note:
                    "or add ReadWritePaths=\($0.path) to \(ServiceUnit.current.service): systemctl edit \(ServiceUnit.current)"
            )
        },
        KnownGitMessage("dubious ownership", meaning: "git refuses the repository of another user") { failed in
            guard let other = failed.quoted(after: "dubious ownership", mark: "'"), !failed.isClone(other) else {
                return Remedy(.giveToService(failed.path))
            }
            // The remote may be another repository of this machine.
            guard failed.isLocalRemote(other) else {
                return Remedy(note: "the repository must belong to \(ServiceUser.current.name)")
            }
            return Remedy(.service("git", "config", "--global", "--add", "safe.directory", other))
        },
    ]

    /// The clone needs something.
    static let clone = [
        KnownGitMessage("cannot pull with rebase", meaning: "the clone has local changes") { .putAside(in: $0.path) },
        KnownGitMessage(
            "couldn't find remote ref", "no such ref was fetched", meaning: "the branch does not exist at the remote",
            isMissingRef: true
        ) { Remedy($0.git("ls-remote", $0.remote), note: "shows the branches and tags of the remote") },
        KnownGitMessage(
            "Committer identity unknown", "Author identity unknown", "no email was given", "no name was given",
            meaning: "git needs a name to rebase local commits"
        ) {
            let name = ServiceUser.current.name
            return Remedy(
                $0.git("config", "user.name", name).then($0.git("config", "user.email", "\(name)@localhost")))
        },
        KnownGitMessage(
            in: { line in
                line.contains("Permission denied")
                    && ["nable to", "cannot open", "cannot lock", "could not", "unlink"].contains { line.contains($0) }
            }, meaning: "part of the clone is not writable"
        ) {
            (nil, Remedy(.giveToService($0.path), note: "git was probably run as root there"))
        },
        KnownGitMessage(
            "insufficient permission for adding an object", meaning: "part of the clone is not writable"
        ) {
            Remedy(.giveToService($0.path), note: "git was probably run as root there")
        },
        KnownGitMessage(
            "unable to write file", "unable to write new index file", "unable to write temporary index file",
            meaning: "a file cannot be written"
        ) {
            Remedy(ShellCommand("df", "-h", $0.path), note: "shows whether the disk is full")
        },
        KnownGitMessage("index file", meaning: "the index of the clone is damaged") {
            let index = "\"$(git rev-parse --git-path index)\""
            return Remedy(.service(script: "cd \($0.path.quotedForShell) && rm \(index) && git reset"))
        },
        KnownGitMessage("is corrupt", "unable to read tree", "bad object", meaning: "the repository is damaged") {
            .cloneAnew($0)
        },
        KnownGitMessage(".lock': File exists", meaning: "another git is running in the clone") { failed in
            let lock = failed.quoted(after: ".lock': File exists", mark: "'")
            guard let lock, failed.isLock(lock) else {
                return Remedy(note: "remove the lock file if no git is running; the next push then deploys")
            }
            let attributes = try? FileManager.default.attributesOfItem(atPath: lock)
            let owner = (attributes?[.ownerAccountName] as? String).map { "-u \($0.quotedForShell) " } ?? ""
            // pgrep exits with 1 if no process matches.
            return Remedy(
                .service(script: "pgrep -a -x \(owner)git; test $? = 1 && rm \(lock.quotedForShell)"),
                note: "shows the running git, or else removes the lock; the next push then deploys")
        },
    ]
}

extension FailedGit {
    /// Whether `file` is a lock in the repository of the clone. The names of committed files can put any path into git's
    /// message.
    fileprivate func isLock(_ file: String) -> Bool {
        guard let clone, file.hasSuffix(".lock") else { return false }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().resolvingSymlinksInPath().path
        return [clone.gitDirectory, clone.commonDirectory].contains { repository in
            let root = URL(fileURLWithPath: repository).resolvingSymlinksInPath().path
            return folder == root || folder.hasPrefix("\(root)/")
        }
    }

    /// Whether `folder` is the remote, a repository of this machine.
    fileprivate func isLocalRemote(_ folder: String) -> Bool {
        guard let url, url.transport == .local else { return false }
        return [url.path, "\(url.path)/.git", "\(url.path).git"].contains { $0 == folder.trimmingPrefix("/") }
    }

    /// Whether `folder` is the clone, or its repository.
    fileprivate func isClone(_ folder: String) -> Bool {
        [folder, folder.hasSuffix("/.git") ? String(folder.dropLast(5)) : folder].contains { folder in
            URL(fileURLWithPath: folder).resolvingSymlinksInPath()
                == URL(fileURLWithPath: path).resolvingSymlinksInPath()
        }
    }
}

extension Remedy {
    /// Puts local changes aside, where git keeps them.
    static func putAside(in path: String) -> Remedy {
        Remedy(
            .git(in: path, "stash"),
            note: "puts the changes aside; to look at them first: \(ShellCommand.git(in: path, "diff", "HEAD"))")
    }

    /// Moves the clone away, and clones its remote again.
    fileprivate static func cloneAnew(_ failed: FailedGit) -> Remedy {
        let (old, new) = ("\(failed.path).old", "\(failed.path).new")
        let branch = (failed.clone as? BranchClone).map { " -b \($0.upstream.name.quotedForShell)" } ?? ""
        let url = "\"$(git -C \(failed.path.quotedForShell) remote get-url \(failed.remote.quotedForShell))\""
        // The site stays where it is until the new clone is complete.
        return Remedy(
            ShellCommand.makeFolder(new).then(.service(script: "git clone\(branch) \(url) \(new.quotedForShell)"))
                .then(ShellCommand("mv", "-T", failed.path, old)).then(ShellCommand("mv", "-T", new, failed.path)),
            note: "files that are not in the repository stay in \(old)")
    }
}
