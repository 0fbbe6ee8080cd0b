/// The parts of a site that Bellpull does not fetch.
public struct Incompleteness: Equatable, Sendable, CustomStringConvertible {
    /// Whether the commit has submodules.
    public let hasSubmodules: Bool
    /// How many files are pointers of git-lfs instead of their content.
    public let pointers: Int

    /// The parts, in words.
    public var description: String {
        let submodules = hasSubmodules ? ["has submodules, which are not fetched"] : []
        let files = pointers == 1 ? "1 pointer" : "\(pointers) pointers"
        let lfs = pointers > 0 ? ["has git-lfs files, which are not fetched (\(files))"] : []
        return (submodules + lfs).joined(separator: "; ")
    }
}
