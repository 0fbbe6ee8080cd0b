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
        let isDeletion = push.isDeletion || push.after.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
        guard !isDeletion else { return .ignore(.deletion(push.ref)) }
        guard push.ref == branch.ref else { return .ignore(.branch(push.ref, followed: branch.name)) }
        guard let commit = Commit(push.after) else { return .ignore(.notACommit(push.after)) }
        return .deploy(commit)
    }
}
