internal import Foundation

/// A person's edits and commits in a clone, saved under a reference before the clone moves on.
///
/// Edits are saved like a stash (git-stash(1), "DISCUSSION"): a commit of the tracked files, with the commit of HEAD and a
/// commit of the index as its parents. `git stash apply` brings them back.
public struct DiscardedWork: Sendable, Equatable {
    /// The reference, such as `refs/bellpull/discarded/20250102T030405Z`.
    public let ref: String
    /// The commit of the reference.
    public let commit: Commit
    /// The commit of HEAD before the clone moves on.
    public let head: Commit
    /// Whether there are edits, and not only commits.
    public var hasEdits: Bool { commit != head }

    /// The folder of the references.
    static let folder = "refs/bellpull/discarded"

    /// Returns the name of a reference created at `time`, in UTC. Later names are greater.
    static func name(at time: Date) -> String {
        var seconds = time_t(time.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        let clock = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
        return "\(folder)/\(digits(date))T\(digits(clock))Z"
    }

    private static func digits(_ numbers: [Int]) -> String {
        numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
    }
}
