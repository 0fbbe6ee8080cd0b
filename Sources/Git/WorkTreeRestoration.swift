internal import Processes
internal import Foundation

/// Puts a work tree back to HEAD after git stopped in the middle of moving it to another commit, the target.
///
/// Git does not say how far it came. A file was written by git if the target changes the file, the file was changed
/// after the placement started, and the content is the target's or the beginning of it. Every other file belongs to a
/// person and stays. A file that git may have written, but with another content, such as the result of a filter, is
/// moved to a folder in `.git`, so that nothing is lost. No filter of the target is run.
struct WorkTreeRestoration {
    let clone: any WorkingClone
    /// The commit or tree to go back to.
    let origin: String
    /// When the placement started. Earlier changes of files were made by a person.
    let start: FileTime
    let limits: Limits

    /// The files moved away, as absolute paths.
    private(set) var saved: [String] = []
    /// The name of this restoration's folder below `bellpull-saved`.
    private let folder = "\(Int(Date().timeIntervalSince1970))"

    init(of clone: any WorkingClone, to origin: String, since start: FileTime, _ limits: Limits) {
        (self.clone, self.origin, self.start, self.limits) = (clone, origin, start, limits)
    }

    /// Undoes the placement of `target`.
    mutating func undo(_ target: Commit) throws(GitError) {
        let changes = try clone.changes(from: origin, to: target.description, limits).filter { !$0.isOfSubmodule }
        let added = changes.filter { $0.old == nil }
        let equal = try equalFiles(among: changes)
        // First remove: on a full disk, the old files and the index need the room.
        for change in added where isWritten(change.path) {
            try remove(change, isEqual: equal.contains(change.path))
        }
        removeEmptyFolders(of: added.map(\.path))
        _ = try clone.git.output(of: ["read-tree", "--reset", origin], limits)
        var replaced: [TreePath] = []
        for change in changes where change.old != nil {
            if try needsRestoring(change, isEqual: equal.contains(change.path)) { replaced.append(change.path) }
        }
        // The other files are converted as the attributes say, so the attributes come first.
        let attributes = replaced.filter { $0.name == Array(".gitattributes".utf8)[...] }
        try checkOut(attributes)
        try checkOut(replaced.filter { !attributes.contains($0) })
        _ = try clone.git.run(["update-index", "-q", "--refresh"], limits)
    }

    /// Writes the files again that were cut short after HEAD moved, as by a power failure: each was changed after the
    /// placement started, and has only the beginning of HEAD's version.
    func completeFiles() throws(GitError) {
        let changes = TreeChange.parse(
            try clone.git.outputBytes(of: ["diff-index", "-z", "--no-abbrev", "HEAD", "--"], limits))
        var cutShort: [TreePath] = []
        for change in changes where change.old != nil && isWritten(change.path) {
            if try isOfGit(TreeChange(path: change.path, old: change.old, new: nil)) { cutShort.append(change.path) }
        }
        guard !cutShort.isEmpty else { return }
        try checkOut(cutShort)
        _ = try clone.git.run(["update-index", "-q", "--refresh"], limits)
    }

    /// Moves away the files that keep git from undoing a rebase: git wrote the files right before it was killed, or a
    /// person did.
    mutating func moveAway(_ paths: [TreePath]) throws(GitError) { for path in paths { try save(path) } }

    // MARK: Telling git's files from a person's

    /// Whether the file exists and was changed after the start.
    private func isWritten(_ path: TreePath) -> Bool {
        guard let status = clone.status(of: path) else { return false }
        return FileTime(status.st_ctim) >= start
    }

    /// Returns the written files with exactly the content of the target, without any conversion.
    private func equalFiles(among changes: [TreeChange]) throws(GitError) -> Set<TreePath> {
        let candidates = changes.filter { change in
            guard let status = clone.status(of: change.path), status.st_mode & S_IFMT == S_IFREG else { return false }
            return change.new != nil && isWritten(change.path)
        }
        var equal: Set<TreePath> = []
        for start in stride(from: 0, to: candidates.count, by: 200) {
            let part = candidates[start..<min(start + 200, candidates.count)]
            let arguments = ["hash-object", "--no-filters", "--"] + part.map(\.path.description)
            let completion = try clone.git.run(arguments, limits)
            let objects = completion.output.split(separator: "\n").map(String.init)
            guard completion.isSuccess, objects.count == part.count else { continue }
            equal.formUnion(zip(part, objects).filter { $0.new?.object == $1 }.map(\.0.path))
        }
        return equal
    }

    /// Whether the content of the file is the beginning of one of the versions, perhaps with zeros in place of the rest, or
    /// differs only in the line ends.
    private func isOfGit(_ change: TreeChange) throws(GitError) -> Bool {
        guard let content = clone.content(of: change.path) else { return false }
        let beginning = content[..<(content.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0)]
        let plain = content.filter { $0 != UInt8(ascii: "\r") }
        for side in [change.new, change.old].compactMap(\.self) where side.mode != TreeChange.submodule {
            let completion = try clone.git.run(["cat-file", "blob", side.object], limits)
            guard completion.isSuccess, completion.isOutputComplete else { continue }
            let version = completion.outputBytes
            if version.count >= content.count, version.starts(with: beginning) { return true }
            if version.filter({ $0 != UInt8(ascii: "\r") }).starts(with: plain) { return true }
        }
        return false
    }

    // MARK: Files of the target

    private mutating func remove(_ change: TreeChange, isEqual: Bool) throws(GitError) {
        let path = change.path
        if clone.status(of: path).map({ $0.st_mode & S_IFMT == S_IFDIR }) == true { return }
        let isOfGit = isEqual ? true : try isOfGit(change)
        if isOfGit {
            unlink(path.absolute(in: clone.path))
        } else {
            try save(path)
        }
    }

    /// Removes the folders that git created for the new files, if they are empty.
    private func removeEmptyFolders(of paths: [TreePath]) {
        for folder in Set(paths.flatMap(\.folders)).sorted(by: { $0.bytes.count > $1.bytes.count }) {
            let path = folder.absolute(in: clone.path)
            if let created = FileTime(creationOf: path), created < start { continue }
            rmdir(path)
        }
    }

    // MARK: Files of the origin

    /// Whether git removed or overwrote the file. Moves away whatever is in the file's place.
    private mutating func needsRestoring(_ change: TreeChange, isEqual: Bool) throws(GitError) -> Bool {
        for folder in change.path.folders {
            guard let status = clone.status(of: folder) else { break }
            if status.st_mode & S_IFMT != S_IFDIR { try save(folder) }
        }
        guard let status = clone.status(of: change.path) else { return true }
        guard isWritten(change.path) else { return false }
        if status.st_mode & S_IFMT == S_IFDIR {
            guard change.old?.mode != TreeChange.submodule else { return false }
            // A folder with files of a person, or an empty one.
            if rmdir(change.path.absolute(in: clone.path)) != 0 { try save(change.path) }
        } else if !isEqual {
            guard try isOfGit(change) else {
                try save(change.path)
                return true
            }
        }
        return true
    }

    private func checkOut(_ paths: [TreePath]) throws(GitError) {
        var missing: [TreePath] = []
        for path in paths where !clone.putBackKeptFile(path) { missing.append(path) }
        guard !missing.isEmpty else { return }
        let list = "\(clone.gitDirectory)/bellpull.paths"
        defer { unlink(list) }
        guard FileManager.default.createFile(atPath: list, contents: Data(missing.flatMap { $0.bytes + [0] })) else {
            throw GitError(
                arguments: ["checkout-index"], termination: nil,
                message: "cannot write \(list): \(String(cString: strerror(errno)))")
        }
        let arguments = ["checkout-index", "-f", "-u", "-q", "-z", "--stdin"]
        let completion = try clone.git.run(arguments, limits, input: list)
        guard completion.isSuccess else { throw GitError(arguments: arguments, completion: completion) }
    }

    // MARK: Saving

    /// Moves a file or a folder to `.git/bellpull-saved`, unless the same file was saved before.
    ///
    /// - Throws: `GitError` if that fails. Git must not write in the file's place then.
    private mutating func save(_ path: TreePath) throws(GitError) {
        let root = "\(clone.gitDirectory)/bellpull-saved"
        if let content = clone.content(of: path), WorkTreeFile.isSaved(path, content, in: root) {
            unlink(path.absolute(in: clone.path))
            return
        }
        let folder = "\(root)/\(folder)"
        for parent in [root, folder] { mkdir(parent, 0o700) }
        for parent in path.folders { mkdir(parent.absolute(in: folder), 0o700) }
        try move(path, to: folder)
        saved.append("\(folder)/\(path)")
    }

    private func move(_ path: TreePath, to folder: String) throws(GitError) {
        if rename(path.absolute(in: clone.path), path.absolute(in: folder)) == 0 { return }
        // The repository of a linked work tree may be on another file system.
        if errno == EXDEV, WorkTreeFile.copy(path.absolute(in: clone.path), to: path.absolute(in: folder)) {
            unlink(path.absolute(in: clone.path))
            return
        }
        throw GitError(
            arguments: ["checkout-index"], termination: nil,
            message: "\(path) is in the way, and cannot be moved to \(folder): \(String(cString: strerror(errno)))")
    }
}
