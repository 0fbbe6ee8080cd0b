/// A delivery's news that a branch or tag moved. Its texts are the forge's, not checked for anything.
public struct Push: Sendable, Equatable {
    /// The repository, as the forge writes it: `alice/blog`.
    public let repository: String
    /// What moved: `refs/heads/main`, `refs/tags/v1`.
    public let ref: String
    /// The commit it moved to, in hexadecimal; all zeros for a deletion.
    public let after: String
    /// Whether the branch or tag is gone.
    public let isDeletion: Bool

    /// A push of `ref` to the commit `after`.
    public init(repository: String, ref: String, after: String, isDeletion: Bool = false) {
        self.repository = repository
        self.ref = ref
        self.after = after
        self.isDeletion = isDeletion
    }

    /// What stands for a commit where there is none, in a repository whose commits have 40 digits.
    static let nowhere = String(repeating: "0", count: 40)

    /// Whether `commit` stands for none: it is all zeros.
    static func isNowhere(_ commit: String) -> Bool {
        !commit.isEmpty && commit.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
    }
}
