public import Processes
internal import Foundation

/// The old versions of the files that a placement changes, as copies in `.git/bellpull-before/COMMIT`.
///
/// A restoration moves the copies back, and does not need the filter that has just failed. Only clones with filters need
/// this: git writes the other files without any help. Hard links would cost less, but change the times of the files, and
/// git then takes the files for changed.
extension WorkingClone {
    private var keptFiles: String { "\(gitDirectory)/bellpull-before" }

    /// Returns whether `.gitattributes` in the root, or `info/attributes`, has `words`, such as `filter=`. Attributes in
    /// other folders are not read.
    func attributesHave(_ words: String) -> Bool {
        let attributes = ["\(path)/.gitattributes", "\(commonDirectory)/info/attributes"]
        return attributes.contains { FileManager.default.contents(atPath: $0)?.range(of: Data(words.utf8)) != nil }
    }

    /// Whether the attributes for the whole repository name a filter, such as git-lfs.
    public var hasFilters: Bool { attributesHave("filter=") }

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
            // Without the copy, git has to write the file again.
            WorkTreeFile.copy(change.path.absolute(in: path), to: change.path.absolute(in: folder))
        }
        // After a power failure, the copies replace the files.
        try synchronize()
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
