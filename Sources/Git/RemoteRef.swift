/// A reference of a remote and its commit.
public struct RemoteRef: Sendable, Equatable {
    /// The full name, such as `refs/tags/v1.2`.
    public let ref: String
    /// The object of the reference: the commit, or the tag object of an annotated tag.
    public let object: Commit
    /// The commit. For an annotated tag, the tagged commit.
    public let commit: Commit
}
