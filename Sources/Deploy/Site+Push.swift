public import Git
public import Webhook

extension Site {
    /// What a push means to a site.
    public enum Relevance: Sendable, Equatable {
        /// The site should be brought to this commit.
        case deploy(Commit)
        /// Nothing.
        case ignore(IgnoreReason)
    }

    /// What `push` means to this site. Only whole names are compared: what the push calls a branch goes nowhere.
    public func relevance(of push: Push) -> Relevance {
        guard repository.matches(push.repository) else { return .ignore(.repository(push.repository)) }
        guard push.ref.hasPrefix("refs/heads/") else { return .ignore(.notABranch(push.ref)) }
        guard let commit = Commit(push.after), !push.isDeletion else { return .ignore(.deletion(push.ref)) }
        guard push.ref == branch.ref else { return .ignore(.branch(push.ref, followed: branch.name)) }
        return .deploy(commit)
    }
}
