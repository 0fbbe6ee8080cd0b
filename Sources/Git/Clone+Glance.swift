extension Clone {
    /// The commit that the clone at `path` is at, read from its files without a git process; `nil` if they do not say, as
    /// in a linked worktree.
    public static func commit(at path: String) -> Commit? {
        let references = References(gitDirectory: "\(path)/.git", commonDirectory: "\(path)/.git")
        return references.head.flatMap(references.commit(of:)) ?? references.detachedHead
    }
}
