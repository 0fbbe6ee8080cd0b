import Git
import Text

/// The pages of a repository at its forge, and the words of the forge's form for webhooks.
struct ForgePages: Equatable {
    /// The kinds of forges with different forms.
    enum Kind: Equatable {
        case github, gitlab, bitbucket, forgejo
        /// A forge whose pages are not known, such as a Gitea or a GitLab of one's own.
        case unknown
        /// A folder of this machine, which sends no webhooks.
        case none
    }

    let kind: Kind
    /// The address of the repository's page, such as `https://github.com/alice/blog`; `nil` if the forge is not known.
    private let page: String?

    private static let kinds: [String: Kind] = [
        "github.com": .github, "gitlab.com": .gitlab, "bitbucket.org": .bitbucket, "codeberg.org": .forgejo,
    ]

    /// Creates the pages of the repository with the remote `url`.
    init(of url: String) {
        let remote = RemoteURL(url)
        let host = remote.host.lowercased()
        // Forges let ssh in at other names where port 22 is closed.
        let known = [
            "ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com", "altssh.bitbucket.org": "bitbucket.org",
        ]
        let name = known[host] ?? host
        kind = remote.transport == .local ? .none : Self.kinds[name] ?? .unknown
        page = Self.kinds[name].map { _ in "https://\(name)/\(remote.repository.remedyEscapedForDisplay)" }
    }

    /// The page with the form for a new webhook, or the way to the page.
    var newHook: String {
        switch (kind, page) {
        case (.github, let page?): "\(page)/settings/hooks/new"
        case (.gitlab, let page?): "\(page)/-/hooks"
        case (.bitbucket, let page?): "\(page)/admin/webhooks"
        case (.forgejo, let page?): "\(page)/settings/hooks/forgejo/new"
        default: "at the forge, in the settings of the repository: Webhooks"
        }
    }

    /// The page for a new deploy key, or the way to the page.
    var newKey: String {
        switch (kind, page) {
        case (.github, let page?): "\(page)/settings/keys/new"
        case (.gitlab, let page?): "\(page)/-/settings/repository#js-deploy-keys-settings"
        case (.bitbucket, let page?): "\(page)/admin/access-keys/"
        case (.forgejo, let page?): "\(page)/settings/keys"
        default: "at the forge, in the settings of the repository: Deploy keys"
        }
    }

    /// The page with the repository's deploy keys, where one is removed.
    var keys: String { kind == .github ? String(newKey.dropLast("/new".count)) : newKey }

    /// The page with the repository's webhooks, where one is removed.
    var hooks: String {
        switch (kind, page) {
        case (.github, let page?), (.forgejo, let page?): "\(page)/settings/hooks"
        default: newHook
        }
    }

    /// The fields of the form, in its order.
    ///
    /// - Parameter secret: how to see the secret.
    func fields(url: String, secret: String) -> [(name: String, value: String)] {
        switch kind {
        case .github:
            [
                ("Payload URL", url), ("Content type", "application/json"), ("Secret", secret),
                ("Which events", "just the push event"),
            ]
        case .gitlab: [("URL", url), ("Secret token", secret), ("Trigger", "push events")]
        case .bitbucket: [("Title", "Bellpull"), ("URL", url), ("Secret", secret), ("Triggers", "repository push")]
        case .forgejo:
            [
                ("Target URL", url), ("HTTP method", "POST"), ("Content type", "application/json"), ("Secret", secret),
                ("Trigger on", "push events"),
            ]
        case .unknown, .none:
            [("URL", url), ("Content type", "application/json"), ("Secret", secret), ("Events", "just pushes")]
        }
    }

    /// What makes the forge send its first delivery.
    var firstDelivery: String {
        switch kind {
        case .github: "GitHub sends a ping as soon as the webhook is there"
        case .gitlab: "after saving, choose Test → Push events"
        case .bitbucket: "Bitbucket sends its first delivery with the next push"
        case .forgejo: "after saving, open the webhook again and choose Test Delivery"
        case .unknown, .none: "most forges send a test at once, or have a button for it"
        }
    }
}
