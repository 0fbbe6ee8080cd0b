/// The name of a forge, as in a configuration file.
public enum ForgeName: String, Sendable, CaseIterable {
    // The order matters: Forgejo also sends Gitea's headers, and both also send GitHub's.

    /// Forgejo.
    case forgejo
    /// Gitea.
    case gitea
    /// GitLab.
    case gitlab
    /// Bitbucket Cloud.
    case bitbucket
    /// GitHub.
    case github

    /// Whether the reply to a failed deployment has status 200, with the outcome only in the headers: GitLab disables a
    /// webhook after a few replies with 4xx or 5xx ("Webhooks", "Auto-disabled webhooks").
    public var answersFailuresWith200: Bool { self == .gitlab }

    /// The name of the header with the event. No forge later in `allCases` sends this header.
    var eventHeader: StaticString {
        switch self {
        case .forgejo: "X-Forgejo-Event"
        case .gitea: "X-Gitea-Event"
        case .gitlab: "X-Gitlab-Event"
        case .bitbucket: "X-Event-Key"
        case .github: "X-GitHub-Event"
        }
    }
}
