public import Processes
internal import Foundation

extension ReleaseTree {
    /// Returns the parts of the release that Bellpull has not fetched, or `nil` if the release is complete.
    ///
    /// Runs git only if the attributes in the root name git-lfs.
    public func incompleteness(
        _ entries: TreeEntries, _ submodules: [Submodule], _ limits: Limits
    ) throws(GitError) -> Incompleteness? {
        let hasSubmodules = submodules.isEmpty && entries.hasSubmodules
        let found = Incompleteness(hasSubmodules: hasSubmodules, pointers: try pointers(limits))
        return found.isEmpty ? nil : found
    }

    private func pointers(_ limits: Limits) throws(GitError) -> [String] {
        let attributes = FileManager.default.contents(atPath: "\(folder)/.gitattributes")
        guard attributes?.range(of: Data("filter=lfs".utf8)) != nil else { return [] }
        return try PointerFiles(git, in: folder).found(limits)
    }
}
