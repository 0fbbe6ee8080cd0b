internal import Foundation
internal import Processes

/// The pointers of git-lfs among the files of a work tree (git-lfs, "spec").
struct PointerFiles {
    private let git: Git
    private let root: String

    /// - Parameter git: git for the work tree in `root`.
    init(_ git: Git, in root: String) {
        (self.git, self.root) = (git, root)
    }

    /// Returns the tracked files that are pointers although the attributes name git-lfs.
    func found(_ limits: Limits) throws(GitError) -> [String] {
        let files = try git.outputBytes(of: ["ls-files", "-z", "--", ":(attr:filter=lfs)"], limits).split(separator: 0)
        return files.map { TreePath($0) }.filter(isPointer).map(\.description)
    }

    private func isPointer(_ file: TreePath) -> Bool {
        var status = stat()
        // A pointer has some 130 bytes, and always less than 1024.
        guard lstat(file.absolute(in: root), &status) == 0, status.st_size < 1024,
            status.st_mode & S_IFMT == S_IFREG
        else { return false }
        let start = Array("version https://git-lfs.github.com/spec/".utf8)
        return WorkTreeFile.content(file.absolute(in: root))?.starts(with: start) == true
    }
}
