internal import Text

/// Compares the sites of all files with each other.
struct SiteComparison {
    let sites: [ParsedSite]

    /// Two or more sites of one name or one clone.
    struct Conflict {
        /// The mistake, which names two of the sites.
        let issue: ConfigurationIssue
        /// The indices of the sites that cannot be used.
        let rejected: [Int]
    }

    /// Returns the conflicts between the sites: equal names, and equal paths. A site of `sitesInUse` goes on if the other
    /// sites of its conflict are not in use.
    func conflicts(sitesInUse: Set<SiteOrigin>) -> [Conflict] {
        var byName: [String: [Int]] = [:]
        var byPath: [String: [Int]] = [:]
        for (index, site) in sites.enumerated() {
            if let name = site.name?.text { byName[name, default: []].append(index) }
            if let path = site.path?.resolved { byPath[path, default: []].append(index) }
        }
        func conflicts(_ groups: some Collection<[Int]>, _ explain: Explain) -> [Conflict] {
            groups.filter { $0.count > 1 }.flatMap { self.conflicts(of: $0, sitesInUse, explain) }
                .sorted { $0.issue.place < $1.issue.place }
        }
        return conflicts(byName.values, Self.sameName) + conflicts(byPath.values, Self.samePath)
    }

    private typealias Explain = (_ site: ParsedSite, _ other: ParsedSite) -> Explanation

    private func conflicts(of group: [Int], _ sitesInUse: Set<SiteOrigin>, _ explain: Explain) -> [Conflict] {
        let inUse = group.filter { sites[$0].origin.map(sitesInUse.contains) ?? false }
        let winner = inUse.count == 1 ? inUse[0] : nil
        let others = winner.map { winner in group.filter { $0 != winner } } ?? Array(group.dropFirst())
        return others.enumerated().map { index, site in
            let other = winner ?? group[index]
            return Conflict(
                issue: ConfigurationIssue(sites[site].place, explain(sites[site], sites[other])),
                rejected: winner == nil ? [other, site] : [site])
        }
    }

    private static func sameName(_ site: ParsedSite, _ other: ParsedSite) -> Explanation {
        Explanation(
            "the site name \(site.name?.text ?? "") is already used in \(other.place)",
            hint: "rename one of the two sites")
    }

    private static func samePath(_ site: ParsedSite, _ other: ParsedSite) -> Explanation {
        Explanation(
            "\((site.path?.text ?? "").escapedForDisplay) is already the clone of \(other.titleAndPlace)",
            hint: "give each site a clone of its own")
    }

    /// Adds a warning for each clone inside another clone.
    func findNesting(_ diagnostics: inout Diagnostics) {
        let indexed = sites.enumerated().compactMap { index, site in site.path.map { ($0.resolved, index) } }
        let byPath = Dictionary(indexed) { _, last in last }
        for site in sites {
            guard let path = site.path, let index = path.ancestors.lazy.compactMap({ byPath[$0] }).first
            else { continue }
            diagnostics.warning(
                at: site.place, "\(path.text.escapedForDisplay) is inside the clone of \(sites[index].titleAndPlace)",
                hint: "move the inner clone out of the outer one, or list it in the outer clone's .git/info/exclude")
        }
    }

    /// Returns the index of each site without secrets and the mistake, for a configuration without shared secrets.
    func missingSecrets() -> [(index: Int, issue: ConfigurationIssue)] {
        sites.indices.filter { !sites[$0].mayHaveSecrets }.map { index in
            let issue = ConfigurationIssue(
                sites[index].place, "\(sites[index].title) has no secret",
                hint: "\(Key.secretFile.line) here or, for all sites, in the main file; or set GITHUB_SECRET")
            return (index, issue)
        }
    }
}

extension ParsedSite {
    fileprivate var origin: SiteOrigin? { name.map { SiteOrigin(name: $0.text, place: place) } }

    /// The site's name for messages.
    fileprivate var title: String { name.map { "site \($0.text)" } ?? "a site" }

    fileprivate var titleAndPlace: String { "\(title), configured in \(place)" }
}
