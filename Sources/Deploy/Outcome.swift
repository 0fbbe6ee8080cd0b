public import Git

/// What became of a push.
public enum Outcome: Sendable, Equatable {
    /// The site is now at this commit.
    case deployed(Commit)
    /// The site was at this commit already.
    case unchanged(Commit)
    /// The delivery came before, and was deployed then.
    case duplicate
    /// The push does not concern the site.
    case ignored(IgnoreReason)
    /// The deployment goes on, or has yet to begin.
    case queued
    /// The deployment failed.
    case failed(Failure)
    /// Bellpull stopped before the deployment was over; it is taken up again at the next start.
    case interrupted

    /// The commit the site is at, if this says so.
    public var commit: Commit? {
        switch self {
        case .deployed(let commit), .unchanged(let commit): commit
        case .duplicate, .ignored, .queued, .failed, .interrupted: nil
        }
    }
}

/// Why a push does not concern any site.
public enum IgnoreReason: Sendable, Equatable {
    /// It is one of another repository.
    case repository(String)
    /// A tag or another reference moved, not a branch.
    case notABranch(String)
    /// The branch was deleted.
    case deletion(String)
    /// What it moved to is not the name of a commit.
    case notACommit(String)
    /// The site's deliveries come from another forge than this.
    case forge(String, site: String)
    /// It says of no branch or tag that it moved.
    case nothing
    /// Another branch or tag moved than what is followed, by the names or patterns given.
    case other(String, String)

    /// The reason in words. It holds text of the delivery, to be escaped wherever it goes.
    public var description: String {
        switch self {
        case .repository(let name): "no site of repository \(name)"
        case .notABranch(let ref): "not a branch: \(ref)"
        case .deletion(let ref): "deletion of \(ref)"
        case .notACommit(let name): "not a commit: \(name)"
        case .forge(let name, let site): "\(site) does not take deliveries of \(name)"
        case .nothing: "nothing moved"
        case .other(let ref, let followed): "\(ref) is not \(followed), which is followed"
        }
    }
}

/// Why a deployment failed.
public struct Failure: Error, Sendable, Equatable {
    /// What happened, in one line a person can act on.
    public let message: String
    /// The way out, if there is one to tell.
    public let hint: String?

    /// A failure in these words.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}
