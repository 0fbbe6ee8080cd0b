internal import Foundation
internal import Git
public import Processes
internal import Text

extension Site {
    /// Removes the work tree that stood at the path of a site before the site had releases. Its repository becomes the folder
    /// `git-before-releases`, with all branches, stashes and settings.
    ///
    /// The caller makes sure that nobody serves the files.
    ///
    /// - Returns: the files that git does not know. They stay.
    /// - Throws: `Failure` if the site has no live release, if there is no clone, or if tracked files have local changes.
    public func removeOldClone(_ limits: Limits) throws(Failure) -> [String] {
        guard let strategy = strategy as? ReleaseStrategy else { throw Failure("\(name) has no releases") }
        return try strategy.removeOldClone(limits)
    }

    /// Returns the size of the files of `release` in bytes. Releases may share files.
    public func size(of release: Release) -> Int {
        guard let strategy = strategy as? ReleaseStrategy else { return 0 }
        return strategy.folder.size(of: release.name)
    }
}

extension ReleaseStrategy {
    fileprivate func removeOldClone(_ limits: Limits) throws(Failure) -> [String] {
        guard folder.live != nil else {
            throw Failure("\(folder.path) has no live release yet", hint: "\(ServiceUnit.current.command) deploy")
        }
        guard let path = cloneToConvert else { throw Failure("\(folder.path) has no old work tree") }
        let lock = try SiteLock(in: folder.path, limits)
        defer { lock.release() }
        do {
            let clone = try DetachedClone.open(at: path, limits)
            let lock = try SiteLock(in: clone.gitDirectory, common: clone.commonDirectory, limits)
            defer { lock.release() }
            try requireMovable(clone)
            try refuse(
                try clone.changedFiles(limits), "the old work tree has local changes",
                hint: "git -C \(path.quotedForShell) diff shows them; save them elsewhere, then git checkout -- .")
            try refuse(
                try clone.hiddenFiles(limits), "git was told to ignore changes of these files",
                hint: "save the files elsewhere, then git update-index --no-skip-worktree --no-assume-unchanged FILE")
            let left = try clone.removeTrackedFiles(keeping: folder.ownNames, limits)
            guard rename("\(path)/.git", folder.oldRepository) == 0 else {
                throw Failure.cannotWrite(folder.oldRepository, because: errno)
            }
            return left
        } catch let error as CloneError {
            throw Failure(error.explanation)
        } catch {
            throw Failure(error, in: path)
        }
    }
}

extension ReleaseStrategy {
    private func refuse(_ files: [TreePath], _ message: String, hint: String) throws(Failure) {
        guard !files.isEmpty else { return }
        throw Failure("\(message): \(files.prefix(5).map(\.description).joined(separator: ", "))", hint: hint)
    }

    /// Refuses a repository that others depend on: they know its path.
    private func requireMovable(_ clone: DetachedClone) throws(Failure) {
        let git = "\(folder.path)/.git"
        var status = stat()
        guard lstat(git, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure("\(folder.path) is a linked work tree of another repository", hint: "git worktree remove")
        }
        for name in ["worktrees", "modules"] {
            let inside = (try? FileManager.default.contentsOfDirectory(atPath: "\(git)/\(name)")) ?? []
            guard inside.isEmpty else {
                throw Failure(
                    "the old repository has \(name): \(inside.prefix(5).joined(separator: ", "))",
                    hint: "remove them with git worktree remove or git submodule deinit, if nobody needs them")
            }
        }
        guard access(folder.oldRepository, F_OK) != 0 else {
            throw Failure(
                "\(folder.oldRepository) is there already",
                remedy: Remedy(ShellCommand("mv", "-T", folder.oldRepository, "\(folder.oldRepository).1")))
        }
    }
}

extension ReleaseFolder {
    /// Where the repository of the old work tree is moved.
    fileprivate var oldRepository: String { "\(path)/git-before-releases" }

    /// The names in `path` that belong to the releases.
    fileprivate var ownNames: Set<String> {
        [
            "repository.git", "repository.git.damaged", "releases", "shared", "cache", "current", "previous", "pinned",
            "bellpull.lock", "git-before-releases",
        ]
    }

    fileprivate func size(of name: String) -> Int {
        let files = FileManager.default.enumerator(atPath: folder(of: name))
        var size = 0
        while files?.nextObject() != nil { size += (files?.fileAttributes?[.size] as? NSNumber)?.intValue ?? 0 }
        return size
    }
}
