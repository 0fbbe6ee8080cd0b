/// The options of the strategy `release`.
public struct ReleaseOptions: Sendable, Equatable {
    /// The URL or the absolute path that a missing repository is cloned from; `nil` if the repository must exist.
    public let remote: String?
    /// The paths that are kept across releases, relative to the root of a release.
    public let shared: [String]
    /// How many releases are kept.
    public let keep: Int

    /// Creates options.
    public init(remote: String?, shared: [String], keep: Int) {
        self.remote = remote
        self.shared = shared
        self.keep = keep
    }
}
