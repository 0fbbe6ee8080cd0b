public import Processes
internal import Foundation

extension WorkingClone {
    /// Returns the changes that lead from the tree of `old` to the tree of `new`.
    func changes(from old: String, to new: String, _ limits: Limits) throws(GitError) -> [TreeChange] {
        TreeChange.parse(
            try git.outputBytes(of: ["diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", old, new], limits))
    }

    /// Returns the untracked and ignored files that git would overwrite or delete on the way from HEAD to `commit`.
    ///
    /// Git refuses to overwrite untracked files, but a rebase and a reset overwrite ignored files.
    public func pathsInTheWay(of commit: Commit, _ limits: Limits) throws(GitError) -> [TreePath] {
        let changes = try changes(from: "HEAD", to: commit.description, limits)
        let tracked = Set(changes.filter { $0.old != nil }.map(\.path))
        let added = changes.filter { $0.old == nil && !$0.isOfSubmodule }.map(\.path)
        var found: Set<TreePath> = []
        return added.flatMap { obstacles(to: $0, tracked).filter { found.insert($0).inserted } }
    }

    /// Returns whether `commit` was fetched. Never asks the remote: a partial clone would fetch what it lacks, so the
    /// answer for a partial clone is false.
    public func hasFetched(_ commit: Commit, _ limits: Limits) throws(GitError) -> Bool {
        guard try !git.run(["config", "--get-regexp", #"^remote\..*\.promisor$"#], limits).isSuccess else {
            return false
        }
        return try has(commit, limits)
    }

    /// Returns the files in the place of a new file `path`: a file with this path, the files in a folder with this
    /// path, or a file with the path of one of the folders above.
    ///
    /// - Parameter tracked: the tracked files that git removes on the way.
    private func obstacles(to path: TreePath, _ tracked: Set<TreePath>) -> [TreePath] {
        for folder in path.folders {
            guard let kind = kind(of: folder) else { return [] }
            if kind != S_IFDIR { return tracked.contains(folder) ? [] : [folder] }
        }
        guard let kind = kind(of: path) else { return [] }
        return kind == S_IFDIR ? files(in: path).filter { !tracked.contains($0) } : [path]
    }

    /// Returns whether a move from `old` to HEAD left the tracked files as in HEAD. The files must have been clean before
    /// the move: in a clone with a large index, only the files that differ between the commits are compared.
    ///
    /// - Parameter largeIndex: the size of a large index, in bytes. 1 MiB are about 10,000 files, and to compare them
    ///   all takes longer than to list the differences.
    public func isClean(
        since old: Commit?, largeIndex: Int64 = 1 << 20, _ limits: Limits
    ) throws(GitError) -> Bool {
        var status = stat()
        guard let old, stat("\(gitDirectory)/index", &status) == 0, Int64(status.st_size) >= largeIndex else {
            return try isClean(limits)
        }
        let changed = try changes(from: old.description, to: "HEAD", limits).filter { !$0.isOfSubmodule }
        let paths = changed.compactMap { String(validating: $0.path.bytes, as: UTF8.self) }
        // The arguments of a command have 128 KiB each, and together a quarter of the stack limit (execve(2)).
        guard !paths.isEmpty, paths.count == changed.count, paths.reduce(0, { $0 + $1.utf8.count }) < 64 << 10 else {
            return try isClean(limits)
        }
        return try areClean(paths, limits)
    }

    /// Returns whether the tracked files at `paths` are as in HEAD; all tracked files if `paths` is empty.
    func areClean(_ paths: [String], _ limits: Limits) throws(GitError) -> Bool {
        let comparison = ["--literal-pathspecs", "diff-index", "--quiet", "--ignore-submodules", "HEAD", "--"]
        if try git.run(comparison + paths, limits).isSuccess { return true }
        // git diff-index takes a touched file for a changed file. git status compares the contents.
        let status = ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules", "--"]
        return try git.output(of: ["--literal-pathspecs"] + status + paths, limits).isEmpty
    }

    /// Fills the work tree of a clone without an index, such as a clone made with `--no-checkout`. Existing files stay.
    public func fillIfNeverFilled(_ limits: Limits) throws(GitError) {
        guard head != nil, access("\(gitDirectory)/index", F_OK) != 0, errno == ENOENT else { return }
        _ = try git.output(of: ["read-tree", "HEAD"], limits)
        // Exits with 1 if a file exists already. A different file then counts as a local change.
        _ = try git.run(["checkout-index", "--all", "--quiet", "--index"], limits)
    }

    /// Copies the tracked files that differ from HEAD to `.git/bellpull-saved`, unless the same content is there. Returns
    /// the copies.
    ///
    /// - Throws: `GitError` if a file cannot be copied.
    public func copyChangedFiles(_ limits: Limits) throws(GitError) -> [String] {
        let names = try git.outputBytes(of: ["diff-index", "-z", "--name-only", "HEAD", "--"], limits)
        let root = "\(gitDirectory)/bellpull-saved"
        let folder = "\(root)/\(Int(Date().timeIntervalSince1970))"
        var copies: [String] = []
        for path in names.split(separator: 0).map({ TreePath($0) }) {
            guard kind(of: path) == S_IFREG else { continue }
            if let content = content(of: path), WorkTreeFile.isSaved(path, content, in: root) { continue }
            for parent in [root, folder] { mkdir(parent, 0o700) }
            for parent in path.folders { mkdir(parent.absolute(in: folder), 0o700) }
            guard WorkTreeFile.copy(path.absolute(in: self.path), to: path.absolute(in: folder)) || errno == EEXIST
            else {
                throw GitError(
                    arguments: ["rebase", "--abort"], termination: nil,
                    message: "cannot copy \(path) to \(folder): \(String(cString: strerror(errno)))")
            }
            copies.append("\(folder)/\(path)")
        }
        return copies
    }

    /// Returns whether the only changed files are those that git wrote itself: the attributes tell git to convert the
    /// files, but the commit has them without the conversion.
    public func isChangedByAttributes(_ limits: Limits) throws(GitError) -> Bool {
        let changes = TreeChange.parse(
            try git.outputBytes(of: ["diff-index", "-z", "--no-abbrev", "HEAD", "--"], limits))
        let part = changes.prefix(100)
        guard !part.isEmpty, part.allSatisfy({ $0.old?.mode == $0.new?.mode }) else { return false }
        let arguments = ["hash-object", "--no-filters", "--"] + part.map(\.path.description)
        let completion = try git.run(arguments, limits)
        let objects = completion.output.split(separator: "\n").map(String.init)
        return completion.isSuccess && objects == part.compactMap { $0.old?.object }
    }

    /// Returns the type of the file at `path` (`S_IFMT`), or `nil` if there is none.
    private func kind(of path: TreePath) -> mode_t? { status(of: path).map { $0.st_mode & S_IFMT } }

    /// Returns all files in a folder and in the folders below.
    func files(in folder: TreePath) -> [TreePath] {
        guard let stream = opendir(folder.absolute(in: path)) else { return [] }
        defer { closedir(stream) }
        var files: [TreePath] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name != Array(".".utf8), name != Array("..".utf8) else { continue }
            let path = folder.appending(name)
            files += kind(of: path) == S_IFDIR ? self.files(in: path) : [path]
        }
        return files
    }

    /// Returns the status of the file at `path`, or `nil` if there is none. A file below a symbolic link is not in the
    /// work tree.
    func status(of path: TreePath) -> stat? {
        var status = stat()
        for folder in path.folders {
            guard lstat(folder.absolute(in: self.path), &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                return nil
            }
        }
        return lstat(path.absolute(in: self.path), &status) == 0 ? status : nil
    }

    /// Returns the content of the file at `path`, or the target of the symbolic link, or `nil` if it cannot be read.
    func content(of path: TreePath) -> [UInt8]? { WorkTreeFile.content(path.absolute(in: self.path)) }

    /// Puts the work tree back to HEAD after git stopped on the way to `target`. Files that a person put or edited stay.
    ///
    /// - Parameter start: when git may have started to change files.
    /// - Returns: the files moved away, because they were changed since `start` by git or by a person.
    func restoreFiles(from target: Commit?, since start: FileTime, _ limits: Limits) throws(GitError) -> [String] {
        guard let target else { return [] }
        // Git wrote no file of a commit that it does not have, as when a power failure took the fetch along. Exits with 1.
        let existence = try git.run(["cat-file", "-e", target.description], limits)
        guard existence.termination != .exited(1) else { return [] }
        if target == head {
            try WorkTreeRestoration(of: self, to: "HEAD", since: start, limits).completeFiles()
            return []
        }
        let origin: String
        if head == nil {
            origin = try git.output(of: ["mktree"], limits)
        } else {
            origin = "HEAD"
        }
        var restoration = WorkTreeRestoration(of: self, to: origin, since: start, limits)
        try restoration.undo(target)
        return restoration.saved
    }
}
