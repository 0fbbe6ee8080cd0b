internal import Text

/// The parts of a site that Bellpull does not fetch.
public struct Incompleteness: Equatable, Sendable, CustomStringConvertible {
    /// Whether the commit has submodules that are not fetched.
    public let hasSubmodules: Bool
    /// The files that are pointers of git-lfs instead of their content.
    public let pointers: [String]

    var isEmpty: Bool { !hasSubmodules && pointers.isEmpty }

    /// The lines for the site's file that have Bellpull fetch the parts.
    public var settings: [String] {
        (hasSubmodules ? ["submodules = true"] : []) + (pointers.isEmpty ? [] : ["lfs = true"])
    }

    /// The parts, in words.
    public var description: String {
        let submodules = hasSubmodules ? ["has submodules, which are not fetched without submodules = true"] : []
        return (submodules + lfs).joined(separator: "; ")
    }

    private var lfs: [String] {
        guard let first = pointers.first?.escapedForDisplay else { return [] }
        let files = pointers.count == 1 ? first : "\(first) and \(pointers.count - 1) more"
        return ["has git-lfs files, which are not fetched without lfs = true (\(files))"]
    }
}
