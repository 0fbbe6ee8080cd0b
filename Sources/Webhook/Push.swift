/// The announcement that a branch or tag moved. The texts come from the forge and are not checked.
public struct Push: Sendable, Equatable {
    /// The repository in the forge's spelling, such as `alice/blog`.
    public let repository: String
    /// The full name of the branch or tag, such as `refs/heads/main` or `refs/tags/v1`.
    public let ref: String
    /// The announced commit, in hexadecimal; all zeros for a deletion.
    public let after: String
    /// Whether the push deleted the branch or tag.
    public let isDeletion: Bool

    /// Creates a push of `ref` to the commit `after`.
    public init(repository: String, ref: String, after: String, isDeletion: Bool = false) {
        self.repository = repository
        self.ref = ref
        self.after = after
        self.isDeletion = isDeletion
    }

    /// The commit of a deletion, in a repository with 40 hexadecimal digits per commit.
    static let nullCommit = String(repeating: "0", count: 40)

    /// Whether `commit` is the commit of a deletion: all zeros, of any length.
    static func isNullCommit(_ commit: String) -> Bool {
        !commit.isEmpty && commit.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
    }
}
