public import Deploy
internal import Git
public import Webhook

/// Where deliveries can be sent, and to which sites they can go: the hook that sites share, which finds them by
/// repository and branch, and those that single sites have for themselves.
public struct Hooks: Sendable {
    /// A site, and how it is reached.
    public struct Entry: Sendable {
        let site: Site
        let secrets: Secrets?
        let forge: ForgeName?

        /// `site`.
        ///
        /// - Parameters:
        ///   - secrets: those of its own hook, if it has one. Then the shared hook does not reach it.
        ///   - forge: who its deliveries come from; any forge, if `nil`.
        public init(_ site: Site, secrets: Secrets? = nil, forge: ForgeName? = nil) {
            self.site = site
            self.secrets = secrets
            self.forge = forge
        }
    }

    private let shared: Hook?
    private let own: [String: Hook]

    /// The hooks of `sites`.
    ///
    /// - Parameter secrets: those of the shared hook; without, there is none.
    public init(secrets: Secrets?, sites: [Entry]) {
        let sharing = sites.filter { $0.secrets == nil }
        shared = secrets.map { Hook(site: nil, secrets: $0, sites: sharing) }
        let hooks = sites.compactMap { entry in
            entry.secrets.map { (entry.site.name, Hook(site: entry.site.name, secrets: $0, sites: [entry])) }
        }
        own = Dictionary(hooks) { first, _ in first }
    }

    /// The hook at `path` below the mount, such as `/blog`; at the mount itself if that is `nil` or `/`.
    func hook(at path: String?) -> Hook? {
        guard let path, path != "/" else { return shared }
        return path.hasPrefix("/") ? own[String(path.dropFirst())] : nil
    }
}

/// One hook.
struct Hook: Sendable {
    /// The site whose own it is, or `nil` if it is shared.
    let site: String?
    let secrets: Secrets

    private let byRepository: [RepositoryName: [Site]]
    /// Those whose repository their clones tell, once they are open.
    private let undeclared: [Site]
    /// The forge that a site's deliveries come from, by the site's name.
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

    /// Whether deliveries of `forge` concern `site`.
    func takes(_ forge: ForgeName, for site: Site) -> Bool { forges[site.name].map { $0 == forge } ?? true }

    /// The sites that may follow `repository`, as a forge writes it.
    func sites(of repository: String) -> [Site] {
        let declared = byRepository.isEmpty ? [] : RepositoryName(repository).flatMap { byRepository[$0] } ?? []
        guard !undeclared.isEmpty else { return declared }
        // A site's own hook is for it, whatever it turns out to follow.
        return declared + undeclared.filter { $0.repository?.matches(repository) ?? (site != nil) }
    }
}
