internal import Text
internal import Git

/// The settings of the strategy `release`.
public struct ReleaseSettings: Sendable, Equatable {
    /// The URL or the absolute path that a missing repository is cloned from; `nil` if the repository must exist.
    public let remote: String?
    /// The paths that are kept across releases, relative to the root of a release. None is inside another.
    public let shared: [String]
    /// How many releases are kept.
    public let keep: Int

    /// The limits of `keep`: one release is live, and one is there to go back to.
    private static let keepRange = 2...1000
    private static let defaultKeep = 5

    /// Reads `remote`, `shared` and `keep` of `section`. An error leaves the default.
    init(_ section: Section, _ diagnostics: inout Diagnostics) {
        remote = RemoteSetting(section, &diagnostics)?.text
        shared = SharedPaths(section, &diagnostics).paths
        keep = section.number(.keep, in: Self.keepRange, &diagnostics) ?? Self.defaultKeep
    }

    /// The repository that `remote` names; `nil` if `remote` does not tell the owner.
    var repository: RepositoryName? {
        remote.flatMap { RepositoryName(url: $0) }.flatMap { $0.hasOwner ? $0 : nil }
    }
}
