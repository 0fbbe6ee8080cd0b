/// The name of a forge, as in a configuration file.
public enum ForgeName: String, Sendable, CaseIterable {
    // The order matters: Forgejo also sends Gitea's headers, both also send Gogs' headers, and all three send GitHub's.

    /// Forgejo.
    case forgejo
    /// Gitea.
    case gitea
    /// Gogs.
    case gogs
    /// GitLab.
    case gitlab
    /// Bitbucket Data Center, formerly Bitbucket Server.
    case bitbucketServer = "bitbucket-server"
    /// Bitbucket Cloud.
    case bitbucket
    /// GitHub.
    case github

    /// Whether the reply to a failed deployment has status 200, with the outcome only in the headers: GitLab disables a
    /// webhook after a few replies with 4xx or 5xx ("Webhooks", "Auto-disabled webhooks").
    public var answersFailuresWith200: Bool { self == .gitlab }

    /// The name of the header with the event. No forge later in `allCases` sends this header, except that both
    /// Bitbuckets send the same header.
    var eventHeader: StaticString {
        switch self {
        case .forgejo: "X-Forgejo-Event"
        case .gitea: "X-Gitea-Event"
        case .gogs: "X-Gogs-Event"
        case .gitlab: "X-Gitlab-Event"
        case .bitbucketServer, .bitbucket: "X-Event-Key"
        case .github: "X-GitHub-Event"
        }
    }

    /// Whether the forge has an event of the name `event`. The two Bitbuckets share no event that Bellpull acts on.
    func sends(_ event: String) -> Bool {
        self != .bitbucketServer || BitbucketServer.isEvent(event)
    }
}
