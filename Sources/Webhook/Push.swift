/// The announcement that a branch or tag moved. The texts come from the forge and are not checked.
public struct Push: Sendable, Equatable {
    /// The repository in the forge's spelling, such as `alice/blog`.
    public let repository: String
    /// The full name of the branch or tag, such as `refs/heads/main` or `refs/tags/v1`.
    public let ref: String
    /// The commit that the ref pointed to before the push, in hexadecimal, as the payload says: for a deletion, the
    /// deleted commit. `nil` if the push created the ref, or if the payload does not say. For an annotated tag, GitHub
    /// and GitLab send the tag object instead of the commit.
    public let before: String?
    /// The announced commit, in hexadecimal; all zeros for a deletion.
    public let after: String
    /// Whether the push deleted the branch or tag.
    public let isDeletion: Bool

    /// Creates a push of `ref` from the commit `before` to the commit `after`. A `before` of zeros is `nil`.
    public init(repository: String, ref: String, before: String? = nil, after: String, isDeletion: Bool = false) {
        self.repository = repository
        self.ref = ref
        self.before = before.flatMap { $0.isEmpty || Self.isNullCommit($0) ? nil : $0 }
        self.after = after
        self.isDeletion = isDeletion
    }

    /// The commit of a deletion, in a repository with 40 hexadecimal digits per commit.
    static let nullCommit = String(repeating: "0", count: 40)

    /// Whether `commit` is the commit of a deletion: all zeros, of any length.
    static func isNullCommit(_ commit: String) -> Bool {
        var commit = commit
        return commit.withUTF8 { !$0.isEmpty && $0.allSatisfy { $0 == UInt8(ascii: "0") } }
    }
}
