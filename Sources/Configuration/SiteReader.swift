internal import Git
internal import Text
internal import Webhook

/// Makes a site of a section's keys.
struct SiteReader: Sendable {
    let secrets: SecretReader
    /// The time-out of sites that have none of their own.
    let timeout: Duration
    /// How often sites are looked at that do not say it themselves.
    let catchUp: Duration?

    /// Reads the `[[site]]` table `section`.
    func read(table section: Section) -> SiteReading {
        var reading = SiteReading(place: section.place)
        if let text = section.text(.name, &reading.diagnostics) {
            reading.name = SiteName(text)
            if reading.name == nil {
                reading.diagnostics.issue(
                    section.place(of: .name),
                    "\(text.isEmpty ? "the empty text" : text.escapedForDisplay) cannot be a site's name",
                    hint: SiteName.rule)
            }
        } else if !section.contains(.name) {
            reading.diagnostics.issue(section.place, "there is no name", hint: Key.name.line)
        }
        read(section, Key.ofSiteTable, &reading)
        return reading
    }

    /// Reads the file `section` of the site that is called `name`, without `.toml`.
    func read(file section: Section, name: String) -> SiteReading {
        var reading = SiteReading(place: section.place)
        reading.name = SiteName(name)
        if reading.name == nil {
            reading.diagnostics.issue(
                section.place, "\(name.escapedForDisplay) cannot be a site's name",
                hint: "rename the file; \(SiteName.rule)")
        }
        guard !section.isEmpty else {
            let keys = [Key.repository, .branch, .path].map(\.line).joined(separator: ", ")
            reading.diagnostics.issue(section.place, "is empty", hint: "it needs path, such as: \(keys)")
            return reading
        }
        read(section, Key.ofSiteFile, &reading)
        return reading
    }

    private func read(_ section: Section, _ keys: [Key], _ reading: inout SiteReading) {
        section.refuseUnknownKeys(keys, &reading.diagnostics)
        let repository = repository(section, &reading.diagnostics)
        let strategySettings = StrategySettings(section, &reading.diagnostics)
        reading.path = path(section, &reading.diagnostics)
        let forge = forge(section, &reading.diagnostics)
        let timeout = section.duration(.timeout, default: timeout, &reading.diagnostics)
        let catchUp = section.interval(.catchUp, default: catchUp, &reading.diagnostics)
        reading.mayHaveSecrets = section.namesSecrets
        let secrets = secrets.secrets(in: section, &reading.diagnostics)
        guard reading.diagnostics.issues.isEmpty, let strategySettings,
            let name = reading.name, let path = reading.path
        else { return }
        reading.settings = SiteSettings(
            name: name.text, path: path.text, repository: repository, follows: strategySettings.follows,
            strategy: strategySettings.strategy, forge: forge,
            timeout: timeout, catchUp: catchUp, secrets: secrets, place: reading.place)
    }

    private func repository(_ section: Section, _ diagnostics: inout Diagnostics) -> RepositoryName? {
        guard let text = section.text(.repository, &diagnostics) else { return nil }
        if let name = RepositoryName(configured: text) { return name }
        let meant = RepositoryName(url: text).flatMap { RepositoryName(configured: $0.description) }
        diagnostics.issue(
            section.place(of: .repository),
            "repository is \(text.isEmpty ? "empty" : text.escapedForDisplay), which is not OWNER/NAME",
            hint: meant.map { "repository = \"\($0)\", as the forge writes it" } ?? Key.repository.line)
        return nil
    }

    private func path(_ section: Section, _ diagnostics: inout Diagnostics) -> SitePath? {
        guard let text = section.text(.path, &diagnostics) else {
            if !section.contains(.path) { diagnostics.issue(section.place, "there is no path", hint: Key.path.line) }
            return nil
        }
        if let path = SitePath(text) { return path }
        diagnostics.issue(
            section.place(of: .path),
            "path is \(text.isEmpty ? "empty" : text.escapedForDisplay), which is not an absolute path",
            hint: Key.path.line)
        return nil
    }

    private func forge(_ section: Section, _ diagnostics: inout Diagnostics) -> ForgeName? {
        guard let text = section.text(.forge, &diagnostics) else { return nil }
        if let forge = ForgeName(rawValue: text) { return forge }
        diagnostics.issue(
            section.place(of: .forge), "there is no forge \(text.isEmpty ? "without a name" : text.escapedForDisplay)",
            hint: "one of \(ForgeName.allCases.map(\.rawValue).joined(separator: ", ")); or leave it out for any")
        return nil
    }
}
