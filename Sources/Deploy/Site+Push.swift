internal import Git
public import Webhook

extension Site {
    /// What a push means to a site.
    public enum Relevance: Sendable, Equatable {
        /// The site should be brought to this.
        case deploy(DeploymentRecord.Target)
        /// Nothing.
        case ignore(IgnoreReason)
    }

    /// What `push` means to this site. Only whole names are compared: what the push calls a branch goes nowhere.
    public func relevance(of push: Push) -> Relevance {
        let (repository, follows) = origin
        guard repository?.matches(push.repository) != false else { return .ignore(.repository(push.repository)) }
        let isBranch = push.ref.hasPrefix("refs/heads/")
        guard isBranch || follows?.kind == .tag else { return .ignore(.notABranch(push.ref)) }
        let isDeletion = push.isDeletion || push.after.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
        guard !isDeletion else { return .ignore(.deletion(push.ref)) }
        // What is not known to be followed is for the deployment to find out, which opens the clone.
        guard follows?.matches(push.ref) != false else {
            return .ignore(.other(push.ref, follows?.description ?? ""))
        }
        guard let commit = Commit(push.after) else { return .ignore(.notACommit(push.after)) }
        return .deploy(DeploymentRecord.Target(ref: push.ref, commit: commit))
    }
}
