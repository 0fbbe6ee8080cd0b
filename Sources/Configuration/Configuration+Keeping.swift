extension Configuration {
    /// Returns the configuration with the settings of `old` for each site whose new settings have mistakes, as far as the
    /// site was in use. `keptSites` names these sites.
    ///
    /// A rejected site without a valid name is the old site in the same clone, if no other site has the clone now.
    public func keeping(_ old: Configuration) -> Configuration {
        guard !rejectedSites.isEmpty else { return self }
        let byName = Dictionary(old.sites.map { ($0.name, $0) }) { first, _ in first }
        let byPath = Dictionary(old.sites.map { ($0.path, $0) }) { first, _ in first }
        let present = Set(sites.map(\.name))
        let presentPaths = Set(sites.map(\.path))
        var kept: [String: SiteSettings] = [:]
        for rejected in rejectedSites {
            let previous =
                rejected.name.map { byName[$0] } ?? rejected.path.flatMap { byPath[$0] }
            guard let previous, !present.contains(previous.name), !presentPaths.contains(previous.path) else {
                continue
            }
            kept[previous.name] = previous
        }
        guard !kept.isEmpty else { return self }
        var new = self
        new.sites = (sites + kept.values).sorted { $0.name < $1.name }
        new.keptSites = Set(kept.keys)
        // The shared secret may be what the new settings lack.
        if secrets == nil, kept.values.contains(where: { $0.secrets == nil }) { new.secrets = old.secrets }
        return new
    }

    /// The names of the rejected sites that cannot be deployed, and whose hooks may be their own.
    public var unusableHooks: Set<String> {
        Set(rejectedSites.filter(\.mayHaveOwnHook).compactMap(\.name)).subtracting(sites.map(\.name))
    }
}
