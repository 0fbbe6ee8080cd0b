internal import Text

/// A submodule of a commit, with the commit fetched.
public struct Submodule: Sendable {
    /// The path from the root of the site. A nested submodule has the path of its parent before its own.
    public let path: String
    /// The commit, as the tree above says.
    public let commit: Commit
    /// The URL that the commit was fetched from.
    public let url: String
    let store: SubmoduleStore
    let entries: TreeEntries
}

extension TreeEntries {
    /// The path and the commit of each submodule.
    ///
    /// - Throws: `SubmoduleError` for a path that cannot be shown or used.
    func submodules() throws -> [(path: String, commit: Commit)] {
        guard hasSubmodules else { return [] }
        var found: [(path: String, commit: Commit)] = []
        try forEachEntry { kind, object, path in
            guard kind == .submodule, let commit = Commit(String(decoding: object, as: UTF8.self)) else { return }
            guard let text = String(validating: path, as: UTF8.self), !text.unicodeScalars.contains(where: \.isControl)
            else {
                throw SubmoduleError(
                    "the submodule \(String(decoding: path, as: UTF8.self).escapedForDisplay) has control characters or "
                        + "bytes that are not UTF-8 in its path", hint: "rename the submodule")
            }
            found.append((text, commit))
        }
        return found
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}
