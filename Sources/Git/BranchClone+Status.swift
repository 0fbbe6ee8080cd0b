extension BranchClone {
    /// The result of `git status` in a clone.
    public struct Status: Sendable, Equatable {
        /// The commit at HEAD; `nil` before the first commit.
        public let head: Commit?
        /// How many commits HEAD has and the upstream, as last fetched, has not.
        public let ahead: Int
        /// How many commits the upstream, as last fetched, has and HEAD has not.
        public let behind: Int
        /// Whether a tracked file differs from HEAD.
        public let isDirty: Bool
    }
}

extension BranchClone.Status {
    /// Parses the output of git-status(1), "Porcelain Format Version 2".
    init(porcelain text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        func header(_ name: String) -> Substring? {
            lines.first { $0.hasPrefix("# \(name) ") }?.dropFirst(name.count + 3)
        }
        let counts = header("branch.ab")?.split(separator: " ").compactMap { Int($0) } ?? []
        head = header("branch.oid").flatMap { Commit($0) }
        ahead = counts.first ?? 0
        behind = -(counts.last ?? 0)
        isDirty = lines.contains { !$0.hasPrefix("#") }
    }
}
