internal import Deploy
internal import Git
internal import Webhook

/// A place where deliveries are sent: the shared hook, or the hook of one site.
struct Hook: Sendable {
    /// The site that the hook belongs to; `nil` for the shared hook.
    let site: String?
    let secrets: Secrets

    private let byRepository: [RepositoryName: [Site]]
    /// The sites whose repository only their clones tell, once the clones are open.
    private let undeclared: [Site]
    /// The forge that a site accepts deliveries of, by the site's name.
    private let forges: [String: ForgeName]

    init(site: String?, secrets: Secrets, sites entries: [Hooks.Entry]) {
        self.site = site
        self.secrets = secrets
        let sites = entries.map(\.site)
        let declared = sites.compactMap { site in site.declaresRepository ? site.repository.map { ($0, site) } : nil }
        byRepository = Dictionary(grouping: declared, by: \.0).mapValues { $0.map(\.1) }
        undeclared = sites.filter { !$0.declaresRepository }
        let named = entries.compactMap { entry in entry.forge.map { (entry.site.name, $0) } }
        forges = Dictionary(named) { first, _ in first }
    }

    /// Whether `site` accepts deliveries of `forge`.
    func accepts(_ forge: ForgeName, for site: Site) -> Bool { forges[site.name].map { $0 == forge } ?? true }

    /// Returns the sites that may follow `repository`, named as the forge writes it.
    func sites(of repository: String) -> [Site] {
        let declared = byRepository.isEmpty ? [] : RepositoryName(repository).flatMap { byRepository[$0] } ?? []
        guard !undeclared.isEmpty else { return declared }
        // A site's own hook reaches the site also while its repository is unknown.
        return declared + undeclared.filter { $0.repository?.matches(repository) ?? (site != nil) }
    }
}
