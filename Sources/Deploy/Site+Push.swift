internal import Git
public import Webhook

extension Site {
    /// Whether a push concerns a site.
    public enum Relevance: Sendable, Equatable {
        /// The push asks for a deployment to the target.
        case deploy(DeploymentRecord.Target)
        /// The push does not concern the site.
        case ignore(IgnoreReason)
    }

    /// Decides whether `push` concerns the site. Compares whole names only: text of the push never reaches a command
    /// line.
    public func relevance(of push: Push) -> Relevance {
        let (repository, follows) = origin
        guard repository?.matches(push.repository) != false else { return .ignore(.repository(push.repository)) }
        let isBranch = push.ref.hasPrefix("refs/heads/")
        guard isBranch || follows?.kind == .tag else { return .ignore(.notABranch(push.ref)) }
        // While the site's ref is unknown, the deployment opens the clone and decides.
        guard follows?.matches(push.ref) != false else {
            return .ignore(.otherRef(push.ref, followed: follows?.description ?? ""))
        }
        let before = push.before.flatMap { Commit($0) }
        if push.isDeletion || push.after.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) {
            return relevance(ofDeletion: push.ref, at: before, follows)
        }
        guard let commit = Commit(push.after) else { return .ignore(.notACommit(push.after)) }
        return .deploy(DeploymentRecord.Target(ref: push.ref, commit: commit, before: before))
    }

    /// A site that follows several refs moves to the next highest version when the highest is deleted.
    private func relevance(ofDeletion ref: String, at deleted: Commit?, _ follows: RefPattern?) -> Relevance {
        guard let follows, follows.branch == nil, let deleted else { return .ignore(.deletion(ref)) }
        return .deploy(DeploymentRecord.Target(ref: ref, commit: deleted, isDeletion: true))
    }
}
