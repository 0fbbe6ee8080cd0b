internal import Deploy
internal import Git
internal import Webhook

/// A destination of deliveries: the shared hook, or the hook of one site. A class, so that each delivery copies one reference
/// and not a dozen whose counts all threads would change.
final class Hook: Sendable {
    /// The site of the hook; `nil` for the shared hook.
    let site: String?
    let secrets: Secrets

    private let byRepository: [RepositoryName: [Site]]
    /// The sites without a configured repository. Such a site's repository is known once its clone is open.
    private let undeclared: [Site]
    /// The only accepted forge of a site, by the site's name.
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

    /// Returns the sites with an unknown repository that `pushes` may concern. Only an open clone tells the repository.
    func unopenedSites(for pushes: [Push], from forge: ForgeName) -> [Site] {
        undeclared.filter { site in
            site.repository == nil && accepts(forge, for: site)
                && pushes.contains { if case .deploy = site.relevance(of: $0) { true } else { false } }
        }
    }

    /// Returns the sites of `repository`, in the spelling of the forge, and the sites whose repository may be the same.
    func sites(of repository: String) -> [Site] {
        let declared = byRepository.isEmpty ? [] : RepositoryName(repository).flatMap { byRepository[$0] } ?? []
        guard !undeclared.isEmpty else { return declared }
        // A site's own hook reaches the site even while the repository is unknown.
        return declared + undeclared.filter { $0.repository?.matches(repository) ?? (site != nil) }
    }
}
