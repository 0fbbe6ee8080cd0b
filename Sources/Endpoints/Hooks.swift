public import Deploy
public import Webhook

/// All hooks: the shared hook, which finds sites by repository and branch, and the hooks of single sites.
public struct Hooks: Sendable {
    /// A site, its secrets and its forge.
    public struct Entry: Sendable {
        let site: Site
        let secrets: Secrets?
        let forge: ForgeName?

        /// Creates an entry for `site`.
        ///
        /// - Parameters:
        ///   - secrets: the secrets of the site's own hook, if the site has such a hook. The shared hook then does not
        ///     reach the site.
        ///   - forge: the only accepted forge; `nil` for any forge.
        public init(_ site: Site, secrets: Secrets? = nil, forge: ForgeName? = nil) {
            self.site = site
            self.secrets = secrets
            self.forge = forge
        }
    }

    private let shared: Hook?
    private let own: [String: Hook]
    /// The sites with hooks of their own, as if they shared a hook: finds them by repository. Verifies nothing.
    private let ofOwn: Hook?
    /// The sites without a usable configuration, whose hooks may be their own.
    private let unusable: Set<String>

    /// Creates the hooks of `sites`.
    ///
    /// - Parameters:
    ///   - secrets: the secrets of the shared hook; `nil` for no shared hook.
    ///   - unusable: the names of sites whose configuration has mistakes. A delivery to `/github/NAME` is then answered with
    ///     503 instead of 404: the hook comes back when the mistakes are corrected.
    public init(secrets: Secrets?, sites: [Entry], unusable: Set<String> = []) {
        self.unusable = unusable
        let sharing = sites.filter { $0.secrets == nil }
        shared = secrets.map { Hook(site: nil, secrets: $0, sites: sharing) }
        let hooks = sites.compactMap { entry in
            entry.secrets.map { (entry.site.name, Hook(site: entry.site.name, secrets: $0, sites: [entry])) }
        }
        own = Dictionary(hooks) { first, _ in first }
        let others = sites.filter { $0.secrets != nil }
        ofOwn = others.first?.secrets.map { Hook(site: nil, secrets: $0, sites: others) }
    }

    /// Whether `hook` is the shared hook while some sites have hooks of their own.
    func isBesideOthers(_ hook: Hook) -> Bool { hook.site == nil && !own.isEmpty }

    /// Returns the site that `pushes` would concern at the site's own hook. Ask only for verified pushes to the shared
    /// hook that concern no other site.
    func siteWithOwnHook(for pushes: [Push], from forge: ForgeName) -> String? {
        guard let ofOwn, case .some(let entries, _) = AffectedSites(of: pushes, from: forge, at: ofOwn) else {
            return nil
        }
        return entries.map(\.site.name).min()
    }

    /// Returns the hook at `path` below the mount, such as `/blog`. The mount itself (`nil` or `/`) is the shared hook.
    func hook(at path: String?) -> Hook? {
        guard let path, path != "/" else { return shared }
        return path.hasPrefix("/") ? own[String(path.dropFirst())] : nil
    }

    /// Returns the site whose hook would be at `path` if the configuration of the site had no mistakes.
    func unusableSite(at path: String?) -> String? {
        guard !unusable.isEmpty, let path, path.hasPrefix("/"), hook(at: path) == nil else { return nil }
        let name = String(path.dropFirst())
        return unusable.contains(name) ? name : nil
    }
}
