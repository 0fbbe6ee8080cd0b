/// A reference of a remote and its commit.
public struct RemoteRef: Sendable, Equatable {
    /// The full name, such as `refs/tags/v1.2`.
    public let ref: String
    /// The commit. For an annotated tag: the tagged commit, not the tag object.
    public let commit: Commit
}
