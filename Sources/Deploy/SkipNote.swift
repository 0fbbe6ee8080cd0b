internal import Git

/// The note in the lock file about the last skipped commit: while the remote, the site and the filter stay as they are,
/// catch-up has nothing to do.
struct SkipNote: Equatable {
    /// The commit of the remote that was skipped.
    let commit: Commit
    /// The commit of the site.
    let live: Commit
    /// The fingerprint of the filter, or another reason.
    let filter: String

    /// The reason if the health check failed.
    static let health = "health"

    private static let word = "skipped"

    init(_ commit: Commit, at live: Commit, by filter: DeploymentFilter) {
        self.commit = commit
        self.live = live
        self.filter = filter.fingerprint
    }

    init(_ commit: Commit, at live: Commit, because reason: String) {
        self.commit = commit
        self.live = live
        filter = reason
    }

    /// Finds the note among the lines of the lock file.
    init?(in lines: [String]) {
        guard let words = lines.first(where: { $0.hasPrefix("\(Self.word) ") })?.split(separator: " "),
            words.count == 4,
            let commit = Commit(words[1]), let live = Commit(words[2])
        else { return nil }
        self.commit = commit
        self.live = live
        filter = String(words[3])
    }

    /// The note as a line of the lock file.
    var line: String { "\(Self.word) \(commit) \(live) \(filter)" }
}
