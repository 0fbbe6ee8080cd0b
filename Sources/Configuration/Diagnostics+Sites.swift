internal import Text

extension Diagnostics {
    /// Notes which of `sites` do not go together: two of one name, two in one place, one within another.
    mutating func compare(_ sites: [SiteReading]) {
        var byName: [String: Int] = [:]
        var byPath: [String: Int] = [:]
        for (index, site) in sites.enumerated() {
            if let name = site.name?.text, let other = byName.updateValue(index, forKey: name) {
                let place = sites[other].place
                issue(site.place, "there is a site \(name) already, in \(place)", hint: "rename one of them")
            }
            if let path = site.path, let other = byPath.updateValue(index, forKey: path.resolved) {
                let message = "\(path.text.escapedForDisplay) is the clone of \(sites[other].title) already"
                issue(site.place, "\(message), in \(sites[other].place)", hint: "a clone for each site")
            }
        }
        for site in sites {
            guard let path = site.path, let index = path.ancestors.lazy.compactMap({ byPath[$0] }).first
            else { continue }
            let outer = sites[index]
            warning(
                site.place, "\(path.text.escapedForDisplay) lies within the clone of \(outer.title), in \(outer.place)",
                hint: "unless git ignores it there, the outer clone is never clean; put them side by side")
        }
    }

    /// Notes which of `sites` have no secret, where there is none for all.
    mutating func missSecrets(of sites: [SiteReading]) {
        let hint = "\(Key.secretFile.line), here or for all in the main file; or GITHUB_SECRET in the environment"
        for site in sites where !site.mayHaveSecrets {
            issue(site.place, "there is no secret for \(site.title)", hint: hint)
        }
    }
}

extension SiteReading {
    /// What it is called in messages.
    fileprivate var title: String { name.map { "the site \($0.text)" } ?? "a site" }
}
