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

    /// Removes the tracked files, the folders that are empty then, and the repository.
    ///
    /// - Parameter names: names in the work tree that do not belong to the clone.
    /// - Returns: the files and folders that git does not know. They stay.
    public func removeTrackedFiles(keeping names: Set<String>, _ limits: Limits) throws(GitError) -> [String] {
        let files = try git.outputBytes(of: ["ls-files", "-z"], limits).split(separator: 0).map { TreePath($0) }
        var folders: Set<TreePath> = []
        for file in files {
            unlink(file.absolute(in: path))
            folders.formUnion(file.folders)
        }
        // The deepest first.
        for folder in folders.sorted(by: { $0.bytes.count > $1.bytes.count }) { rmdir(folder.absolute(in: path)) }
        let others = try git.outputBytes(of: ["ls-files", "-z", "--others", "--directory"], limits)
        let left = others.split(separator: 0).map { TreePath($0).description }
        try? FileManager.default.removeItem(atPath: "\(path)/.git")
        guard access("\(path)/.git", F_OK) != 0 else {
            throw GitError(arguments: [], termination: nil, message: "\(path)/.git cannot be removed completely")
        }
        return left.filter { !names.contains($0.hasSuffix("/") ? String($0.dropLast()) : $0) }
    }
}

extension BareRepository {
    /// Fetches all references of `clone` with their commits, as references below `prefix`.
    public func fetchAll(of clone: some Repository, into prefix: String, _ limits: Limits) throws(GitError) {
        let source = ["--", clone.commonDirectory, "+refs/*:\(prefix)/*", "+HEAD:\(prefix)/HEAD"]
        _ = try git.output(of: ["fetch", "--quiet", "--no-tags"] + source, limits)
    }
}
