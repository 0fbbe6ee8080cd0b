internal import Text

/// Compares the sites of all files with each other.
struct SiteComparison {
    let sites: [ParsedSite]

    /// Adds an error for each site with another site's name or path, and a warning for each clone inside another clone.
    func findConflicts(_ diagnostics: inout Diagnostics) {
        var byName: [String: Int] = [:]
        var byPath: [String: Int] = [:]
        for (index, site) in sites.enumerated() {
            if let name = site.name?.text, let other = byName.updateValue(index, forKey: name) {
                diagnostics.error(
                    at: site.place, "the site name \(name) is already used in \(sites[other].place)",
                    hint: "rename one of the two sites")
            }
            if let path = site.path, let other = byPath.updateValue(index, forKey: path.resolved) {
                diagnostics.error(
                    at: site.place,
                    "\(path.text.escapedForDisplay) is already the clone of \(sites[other].titleAndPlace)",
                    hint: "give each site a clone of its own")
            }
        }
        for site in sites {
            guard let path = site.path, let index = path.ancestors.lazy.compactMap({ byPath[$0] }).first
            else { continue }
            diagnostics.warning(
                at: site.place, "\(path.text.escapedForDisplay) is inside the clone of \(sites[index].titleAndPlace)",
                hint: "move the inner clone out of the outer one, or list it in the outer clone's .git/info/exclude")
        }
    }

    /// Adds an error for each site without secrets, for a configuration without shared secrets.
    func findMissingSecrets(_ diagnostics: inout Diagnostics) {
        for site in sites where !site.mayHaveSecrets {
            diagnostics.error(
                at: site.place, "\(site.title) has no secret",
                hint: "\(Key.secretFile.line) here or, for all sites, in the main file; or set GITHUB_SECRET")
        }
    }
}

extension ParsedSite {
    /// The site's name for messages.
    fileprivate var title: String { name.map { "site \($0.text)" } ?? "a site" }

    fileprivate var titleAndPlace: String { "\(title), configured in \(place)" }
}
