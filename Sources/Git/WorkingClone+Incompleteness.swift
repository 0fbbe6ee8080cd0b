public import Processes
internal import Foundation

extension WorkingClone {
    /// Returns the parts of the site that Bellpull does not fetch, or `nil` if the site is complete.
    ///
    /// Runs git only if the attributes of the repository name git-lfs.
    public func incompleteness(_ limits: Limits) throws(GitError) -> Incompleteness? {
        let hasSubmodules = access("\(path)/.gitmodules", F_OK) == 0
        let found = Incompleteness(hasSubmodules: hasSubmodules, pointers: try countPointers(limits))
        return found.hasSubmodules || found.pointers > 0 ? found : nil
    }

    /// Returns whether the clone is set up for git-lfs, and git-lfs is not installed: a checkout then fails.
    public func lacksLFS(_ limits: Limits) throws(GitError) -> Bool {
        guard attributesHave("filter=lfs") else { return false }
        let filters = try git.run(["config", "--get-regexp", #"^filter\.lfs\.(process|smudge)$"#], limits)
        guard filters.output.contains("git-lfs") else { return false }
        return try !git.run(["lfs", "version"], limits).isSuccess
    }

    private func countPointers(_ limits: Limits) throws(GitError) -> Int {
        guard attributesHave("filter=lfs") else { return 0 }
        let files = try git.outputBytes(of: ["ls-files", "-z", "--", ":(attr:filter=lfs)"], limits).split(separator: 0)
        let start = Array("version https://git-lfs.github.com/spec/".utf8)
        return files.count { file in
            let file = TreePath(file)
            // A pointer has some 130 bytes, and always less than 1024.
            guard let status = status(of: file), status.st_size < 1024 else { return false }
            return content(of: file)?.starts(with: start) == true
        }
    }
}
