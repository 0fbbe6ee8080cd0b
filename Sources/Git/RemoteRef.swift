/// A reference of a remote and the commit it points to.
public struct RemoteRef: Sendable, Equatable {
    /// The full name, such as `refs/tags/v1.2`.
    public let ref: String
    /// The commit. For an annotated tag, the commit that the tag points to.
    public let commit: Commit
}
