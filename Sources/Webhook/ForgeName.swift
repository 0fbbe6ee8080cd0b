/// The name of a service that sends webhooks, as it is written in a configuration.
public enum ForgeName: String, Sendable, CaseIterable {
    // The more specific first: Forgejo sends Gitea's headers besides its own, and both send GitHub's.

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

    /// Whether a failed deployment should be answered with 200, the outcome in the reply's headers alone: GitLab
    /// disables a hook that has been answered with 4xx or 5xx a few times ("Webhooks", "Auto-disabled webhooks").
    public var answersFailuresWith200: Bool { self == .gitlab }

    /// The header that names the event, which no forge sends that comes later in `allCases`.
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
