public import Processes
internal import Foundation

extension WorkingClone {
    /// Returns the parts of the site that Bellpull does not fetch, or `nil` if the site is complete.
    ///
    /// Runs git only if the attributes of the repository name git-lfs.
    ///
    /// - Parameter fetchesSubmodules: whether Bellpull fetches the submodules.
    public func incompleteness(fetchesSubmodules: Bool = false, _ limits: Limits) throws(GitError) -> Incompleteness? {
        let hasSubmodules = !fetchesSubmodules && access("\(path)/.gitmodules", F_OK) == 0
        let pointers = attributesHave("filter=lfs") ? try PointerFiles(git, in: path).found(limits) : []
        let found = Incompleteness(hasSubmodules: hasSubmodules, pointers: pointers)
        return found.isEmpty ? nil : found
    }

    /// Writes the content of each pointer of git-lfs, if git-lfs is on. A pointer from before that is no change to git, which
    /// would leave it.
    public func fillPointers(_ limits: Limits) throws(GitError) {
        guard git.fetchesLargeFiles, attributesHave("filter=lfs") else { return }
        let pointers = try PointerFiles(git, in: path).found(limits)
        // Git writes only files whose size or time differs from the index.
        let times = [timeval(), timeval()]
        for pointer in pointers { _ = utimes(TreePath(pointer.utf8).absolute(in: path), times) }
        for start in stride(from: 0, to: pointers.count, by: 100) {
            let part = pointers[start..<min(start + 100, pointers.count)]
            _ = try git.output(of: ["checkout-index", "-f", "-u", "-q", "--"] + part, limits)
        }
    }

    private var largeFilesMark: String { "\(gitDirectory)/bellpull-lfs" }

    /// Whether git-lfs is on, and was off at the last deployment.
    public var isNewToLargeFiles: Bool { git.fetchesLargeFiles && access(largeFilesMark, F_OK) != 0 }

    /// Records whether git-lfs is on.
    public func noteLargeFiles() {
        if git.fetchesLargeFiles {
            _ = FileManager.default.createFile(atPath: largeFilesMark, contents: nil)
        } else {
            unlink(largeFilesMark)
        }
    }

    /// Returns whether the clone is set up for git-lfs, and git-lfs is not installed: a checkout then fails.
    public func lacksLFS(_ limits: Limits) throws(GitError) -> Bool {
        guard attributesHave("filter=lfs") else { return false }
        let filters = try ["process", "smudge"].map { key throws(GitError) in
            try git.run(["config", "--get", "filter.lfs.\(key)"], limits).output
        }
        guard filters.contains(where: { $0.contains("git-lfs") }) else { return false }
        return try !git.run(["lfs", "version"], limits).isSuccess
    }
}
