internal import Text

extension CloneError {
    /// The remedy, with words in capitals to replace; `nil` if the message has to do.
    var remedy: Remedy? {
        switch self {
        case .missing(let path): Remedy(.makeFolder(path).then(.service("git", "clone", "URL", path)))
        case .notAFolder(let path), .notAClone(let path):
            Remedy(
                ShellCommand("mv", "-T", path, "\(path).old").then(.makeFolder(path))
                    .then(.service("git", "clone", "URL", path)))
        case .insideClone(_, let root): Remedy(note: "set the path of the site to the clone: \(root)")
        case .bare(let path): Self.cloneBeside(path)
        case .foreignOwner(let path, let owner, let user): Self.changeOwner(path, owner, user)
        case .readOnly(let path, _):
            Remedy(.giveToService(path).then(ShellCommand("chmod", "-R", "u+w", "\(path)/.git")))
        case .readOnlyFileSystem(let path):
            Remedy(
                .allowService(toWrite: path),
                note: "lets the service write there; if the disk itself is read-only: \(ShellCommand.remount(path))")
        case .detachedHead(let path, let branch): Remedy(.git(in: path, "switch", branch ?? "BRANCH"))
        case .noUpstream(let path, let branch, let remote): Self.setUpstream(path, branch, remote)
        case .noRemote(let path): Remedy(.git(in: path, "remote", "add", "origin", "URL"))
        case .unknownRepository(let path, _):
            Remedy(.git(in: path, "remote", "set-url", "origin", "URL"), note: "where URL ends in owner/name")
        case .noOwner(let path, let repository):
            Remedy(
                note: "repository = \"OWNER/\(repository)\" in the site's file, or "
                    + "\(ShellCommand.git(in: path, "remote", "set-url", "origin", "URL")), where URL ends in owner/name"
            )
        case .git: nil
        }
    }

    private static func cloneBeside(_ path: String) -> Remedy {
        let folder = path.hasSuffix(".git") ? String(path.dropLast(4)) : "\(path)-site"
        return Remedy(
            .makeFolder(folder).then(.service("git", "clone", path, folder)),
            note: "then set the path of the site to \(folder)")
    }

    /// The clone is for the service's user. Root is the user only when a person runs Bellpull, or by mistake.
    private static func changeOwner(_ path: String, _ owner: String, _ user: String) -> Remedy {
        guard user != "root" else {
            return Remedy(
                note: "bellpull must run as \(owner): User=\(owner) in \(ServiceUnit.current.service), "
                    + "or by hand: runuser -u \(owner.quotedForShell) -- bellpull …")
        }
        return Remedy(ShellCommand("chown", "-R", "\(user):", path))
    }

    /// Also works in an empty repository, where `git branch --set-upstream-to` finds no branch.
    private static func setUpstream(_ path: String, _ branch: String, _ remote: String?) -> Remedy {
        let name = remote ?? "origin"
        let set = ShellCommand.git(in: path, "config", "branch.\(branch).remote", name)
            .then(.git(in: path, "config", "branch.\(branch).merge", "refs/heads/\(branch)"))
        return Remedy(remote == nil ? .git(in: path, "remote", "add", name, "URL").then(set) : set)
    }
}

extension ShellCommand {
    /// Returns a command that adds `path` to the folders that the service may write to (systemd.exec(5)).
    static func allowService(toWrite path: String) -> ShellCommand {
        let lines = ["[Service]", "ReadWritePaths=\(DropIn.word(path))"]
        return ShellCommand(
            script: DropIn.command(lines, to: ServiceUnit.current.service, named: "paths", then: DropIn.restart))
    }
}
