public import Processes
internal import Foundation

extension WorkingClone {
    /// Returns the tracked files that are not as in HEAD.
    public func changedFiles(_ limits: Limits) throws(GitError) -> [TreePath] {
        let arguments = ["diff-index", "-z", "--name-only", "--ignore-submodules=all", "HEAD", "--"]
        // Git first compares the times of all files.
        _ = try git.run(["update-index", "-q", "--refresh"], limits)
        return try git.outputBytes(of: arguments, limits).split(separator: 0).map { TreePath($0) }
    }

    /// Returns the tracked files whose changes git was told not to see (git-update-index(1), `--skip-worktree`,
    /// `--assume-unchanged`).
    public func hiddenFiles(_ limits: Limits) throws(GitError) -> [TreePath] {
        let entries = try git.outputBytes(of: ["ls-files", "-v", "-z"], limits).split(separator: 0)
        return entries.filter { entry in
            guard let tag = entry.first else { return false }
            return tag == UInt8(ascii: "S") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(tag)
        }.map { TreePath($0.dropFirst(2)) }
    }

    /// Removes the tracked files and the folders that are empty then. The repository stays.
    ///
    /// - Parameter names: names in the work tree that do not belong to the clone.
    /// - Returns: the files and folders that git does not know. They stay.
    public func removeTrackedFiles(keeping names: Set<String>, _ limits: Limits) throws(GitError) -> [String] {
        func isKept(_ path: TreePath) -> Bool {
            names.contains(String(decoding: path.bytes.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self))
        }
        let files = try git.outputBytes(of: ["ls-files", "-z"], limits).split(separator: 0).map { TreePath($0) }
        var folders: Set<TreePath> = []
        for file in files where !isKept(file) {
            unlink(file.absolute(in: path))
            folders.formUnion(file.folders)
        }
        // The deepest first.
        for folder in folders.sorted(by: { $0.bytes.count > $1.bytes.count }) { rmdir(folder.absolute(in: path)) }
        let others = try git.outputBytes(of: ["ls-files", "-z", "--others", "--directory"], limits)
        return others.split(separator: 0).map { TreePath($0) }.filter { !isKept($0) }.map(\.description)
    }
}
