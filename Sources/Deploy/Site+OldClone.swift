internal import Foundation
internal import Git
public import Processes
internal import Text

extension Site {
    /// Removes the clone that stood at the path of a site before the site had releases: the tracked files and `.git`. Its
    /// commits, its branches and its newest stash stay in the repository of the releases, under `refs/bellpull/before`.
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
            throw Failure("\(folder.path) has no live release yet", hint: "bellpull deploy")
        }
        guard let path = cloneToConvert else { throw Failure("\(folder.path) has no old work tree") }
        let lock = try SiteLock(in: folder.path, limits)
        defer { lock.release() }
        let repository = try repository(limits)
        do {
            let clone = try DetachedClone.open(at: path, limits)
            let lock = try SiteLock(in: clone.gitDirectory, common: clone.commonDirectory, limits)
            defer { lock.release() }
            let changed = try clone.changedFiles(limits)
            guard changed.isEmpty else {
                let listed = changed.prefix(5).map(\.description).joined(separator: ", ")
                throw Failure(
                    "the old work tree has local changes: \(listed)",
                    hint: "git -C \(path.quotedForShell) diff shows them; save them elsewhere, then git checkout -- .")
            }
            try repository.fetchAll(of: clone, into: "refs/bellpull/before", limits)
            return try clone.removeTrackedFiles(keeping: folder.ownNames, limits)
        } catch let error as CloneError {
            throw Failure(error.explanation)
        } catch {
            throw Failure(error, in: path)
        }
    }
}

extension ReleaseFolder {
    /// The names in `path` that belong to the releases.
    fileprivate var ownNames: Set<String> {
        [
            "repository.git", "repository.git.damaged", "releases", "shared", "cache", "current", "previous", "pinned",
            "bellpull.lock",
        ]
    }

    fileprivate func size(of name: String) -> Int {
        let files = FileManager.default.enumerator(atPath: folder(of: name))
        var size = 0
        while files?.nextObject() != nil { size += (files?.fileAttributes?[.size] as? NSNumber)?.intValue ?? 0 }
        return size
    }
}
