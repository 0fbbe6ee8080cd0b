internal import Git
internal import Processes

/// The conditions for the deployment of a push. They do not hold for a deployment that a person asks for.
public struct DeploymentFilter: Sendable, Equatable {
    /// Patterns of paths, of which a push must change one; empty if every push is deployed.
    let paths: [String]
    /// The text in the message of a commit that keeps the commit from being deployed; `nil` if every commit is deployed.
    let skip: String?

    /// Creates a filter.
    ///
    /// - Parameters:
    ///   - paths: pathspecs with the magic word `glob` (gitglossary(7)). Empty for every push.
    ///   - skip: a text that is not empty; `nil` for every commit.
    public init(paths: [String] = [], skip: String? = nil) {
        self.paths = paths
        self.skip = skip
    }

    /// Whether every push is deployed.
    var isEmpty: Bool { paths.isEmpty && skip == nil }

    /// Returns why a site at `live` is not deployed to `new`; `nil` if the site is deployed. In doubt the site is deployed,
    /// as when git cannot compare the commits.
    ///
    /// - Parameter live: the commit of the remote that the site is at; `nil` if unknown.
    func reasonToSkip(from live: Commit?, to new: Commit, in git: Git, _ limits: Limits) -> String? {
        if let skip, let message = git.message(of: new, limits), Array(message.utf8).contains(Array(skip.utf8)) {
            return "the message of \(new.short) contains \(skip)"
        }
        guard !paths.isEmpty, let live, git.hasChanges(from: live, to: new, in: paths, limits) == false else {
            return nil
        }
        let shown = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? " and \(paths.count - 3) more" : "")
        return "nothing changed in \(shown) between \(live.short) and \(new.short)"
    }

    /// A short text that differs between different filters, the same in every process (FNV-1a).
    var fingerprint: String {
        let text = "\(skip ?? "")\0\(paths.joined(separator: "\0"))"
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
