public import Processes
internal import Foundation

/// The old versions of the files that a placement changes, as hard links in `.git/bellpull-before/COMMIT`.
///
/// Git writes a changed file anew and leaves the old file to its other links. A restoration moves the links back, and
/// needs neither room on the disk nor the filter that has just failed. Only clones with filters need this: git writes
/// the other files without any help.
extension WorkingClone {
    private var keptFiles: String { "\(gitDirectory)/bellpull-before" }

    /// Whether the attributes of the repository name a filter, such as git-lfs.
    public var hasFilters: Bool {
        let attributes = ["\(path)/.gitattributes", "\(commonDirectory)/info/attributes"]
        return attributes.contains {
            FileManager.default.contents(atPath: $0)?.range(of: Data("filter=".utf8)) != nil
        }
    }

    /// Keeps the files of HEAD that a move to `commit` changes or removes, if the clone has filters. Call
    /// `removeKeptFiles` after the placement or its restoration.
    public func keepFiles(changedBy commit: Commit, _ limits: Limits) throws(GitError) {
        removeKeptFiles()
        guard hasFilters, let head, head != commit else { return }
        let changes = try changes(from: head.description, to: commit.description, limits)
        let folder = "\(keptFiles)/\(head)"
        for parent in [keptFiles, folder] { mkdir(parent, 0o700) }
        for change in changes where change.old != nil && !change.isOfSubmodule {
            for parent in change.path.folders { mkdir(parent.absolute(in: folder), 0o700) }
            // Without the link, git has to write the file again.
            link(change.path.absolute(in: path), change.path.absolute(in: folder))
        }
    }

    /// Removes the kept files.
    public func removeKeptFiles() {
        guard access(keptFiles, F_OK) == 0 else { return }
        try? FileManager.default.removeItem(atPath: keptFiles)
    }

    /// Moves the kept file of HEAD back to `file`. Returns false if none was kept.
    func putBackKeptFile(_ file: TreePath) -> Bool {
        guard let head else { return false }
        for parent in file.folders { mkdir(parent.absolute(in: path), 0o777) }
        return rename(file.absolute(in: "\(keptFiles)/\(head)"), file.absolute(in: path)) == 0
    }
}
