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

    /// Returns whether the clone is set up for git-lfs, and git-lfs is not installed: a checkout then fails.
    public func lacksLFS(_ limits: Limits) throws(GitError) -> Bool {
        guard attributesHave("filter=lfs") else { return false }
        let filters = try git.run(["config", "--get-regexp", #"^filter\.lfs\.(process|smudge)$"#], limits)
        guard filters.output.contains("git-lfs") else { return false }
        return try !git.run(["lfs", "version"], limits).isSuccess
    }
}
