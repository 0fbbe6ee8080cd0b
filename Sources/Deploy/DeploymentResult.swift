public import Git

/// How a deployment ended.
public enum DeploymentResult: Sendable, Equatable {
    /// The deployment brought the site to the commit.
    case deployed(Commit)
    /// The site was at the commit before the deployment.
    case unchanged(Commit)
    /// The deployment failed.
    case failed(Failure)
    /// The remote does not show this commit, or this deletion, yet. The deployment runs again.
    case waiting(for: String)
    /// The commit was not wanted at the site, for this reason. The site stays where it is.
    case skipped(String)
    /// The site is pinned, for this reason, and stays where it is.
    case pinned(String)
    /// A newer push, of this commit, ended the build before it went live.
    case cancelled(by: String)
    /// Bellpull stopped before the deployment ended. The ledger queues the work again.
    case interrupted

    /// Why a deployment waits; `nil` for other results.
    public var waitingReason: String? {
        if case .waiting(let missing) = self { "the remote does not show \(missing) yet" } else { nil }
    }

    /// The commit of the site; `nil` if the deployment did not verify a commit.
    public var commit: Commit? {
        switch self {
        case .deployed(let commit), .unchanged(let commit): commit
        case .waiting, .failed, .skipped, .pinned, .cancelled, .interrupted: nil
        }
    }

    /// What the ledger stores besides the commit and the failure: the missing commit, or the reason; `nil` for nothing.
    public var remark: String? {
        switch self {
        case .waiting(let text), .skipped(let text), .pinned(let text), .cancelled(let text): text
        case .deployed, .unchanged, .failed, .interrupted: nil
        }
    }
}
