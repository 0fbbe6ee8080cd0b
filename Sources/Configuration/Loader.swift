internal import Webhook
internal import Text

/// Reads a configuration from its source and collects all errors and warnings.
struct Loader {
    private let source: ConfigurationSource
    private let secretReader: SecretReader
    /// The errors outside the sites' own settings, and all warnings.
    private(set) var diagnostics = Diagnostics()
    /// The errors in the settings of single sites, and conflicts between sites.
    private(set) var issuesOfSites: [ConfigurationIssue] = []

    /// All errors: first those outside the sites' own settings, then those of the sites by name, then conflicts.
    var issues: [ConfigurationIssue] { diagnostics.errors + issuesOfSites }

    /// Creates a loader of `source`.
    init(_ source: ConfigurationSource) {
        self.source = source
        secretReader = SecretReader(source: source)
    }

    /// Returns the configuration, without the sites that have errors.
    mutating func load() -> Configuration {
        let main = MainFile(source, &diagnostics)
        let section = main.document.map(Section.init)
        section?.refuseUnknownKeys(Key.ofMainFile, &diagnostics)
        let before = diagnostics.errors.count
        let secretSource = section.flatMap { secretReader.place(in: $0, &diagnostics) }
        let secrets = secrets(section, at: secretSource)
        let isSecretKnown = !main.isBroken && diagnostics.errors.count == before && !hasUnseenSecrets(section)
        var settingReader = SettingReader(source, section)
        let settings = GeneralSettings(&settingReader)
        diagnostics.append(settingReader.diagnostics)

        let siteReader = SiteReader(
            secrets: secretReader, timeout: settings.timeout, catchUp: settings.catchUp,
            historyAge: settings.historyAge, readsVariables: source.readsVariables, notices: notices(section))
        let folder = sitesFolder(beside: main)
        var sites: [ParsedSite] = []
        let isOfFiles = Self.nameSites(main, folder) || !source.drafts.isEmpty
        let isOfEnvironment = !isOfFiles && (source.variable("REPO_PATH") != nil || !main.isThere)
        if isOfEnvironment {
            sites = siteOfEnvironment(main, siteReader)
            if secrets == nil, isSecretKnown, source.readsSecrets { refuseNoSecret() }
        } else {
            if isOfFiles { sites = self.sites(main, folder, siteReader) }
            if sites.isEmpty, !main.isBroken, let folder { warnOfNoSites(main, folder) }
            if secrets == nil, isSecretKnown, source.readsSecrets {
                rejectSitesWithoutSecrets(&sites)
            }
        }
        return Configuration(
            secrets, at: secretSource, settings, sites: sites.compactMap(\.settings),
            rejectedSites: isOfFiles ? sites.filter { $0.settings == nil }.map(RejectedSite.init) : [],
            issuesOfSites: issuesOfSites, isOfEnvironment: isOfEnvironment, warnings: diagnostics.warnings)
    }

    /// Returns whether the files describe sites, or would if they could be read: then REPO_PATH describes none.
    private static func nameSites(_ main: MainFile, _ folder: SitesFolder?) -> Bool {
        guard let folder, folder.files.isEmpty else { return true }
        return main.isBroken || main.document.map { Section($0).contains(.site) } ?? false
    }

    private mutating func secrets(_ section: Section?, at place: SecretSource?) -> Secrets? {
        guard let section, section.namesSecrets else {
            return secretReader.defaultSecrets(&diagnostics)
        }
        return secretReader.secrets(at: place, section, &diagnostics)
    }

    private mutating func notices(_ section: Section?) -> NoticeSettings {
        section.map { NoticeSettings($0, readsSecrets: source.readsSecrets, &diagnostics) } ?? NoticeSettings()
    }

    /// Returns whether the shared secrets are credentials that only the service can read.
    private func hasUnseenSecrets(_ section: Section?) -> Bool {
        guard source.unseenCredentials != nil else { return false }
        return section?.namesSecrets ?? false || secretReader.hasUnseenSecret
    }

    /// Returns the folder beside the main file, or `nil` after an error.
    private mutating func sitesFolder(beside main: MainFile) -> SitesFolder? {
        do throws(FileError) {
            return try SitesFolder(main.sitesFolder)
        } catch {
            diagnostics.error(
                at: main.sitesFolder.escapedForDisplay, error.message, hint: error.hint(path: main.sitesFolder))
            return nil
        }
    }

    /// Returns the sites of the files, sorted by name.
    private mutating func sites(_ main: MainFile, _ folder: SitesFolder?, _ reader: SiteReader) -> [ParsedSite] {
        if source.variable("REPO_PATH") != nil {
            diagnostics.warning(
                at: "REPO_PATH", "REPO_PATH is ignored because there are files of sites",
                hint: "remove REPO_PATH from the environment; to keep the site, write a file for the site in "
                    + "\(ShellWord(main.sitesFolder))")
        }
        let tables = main.document.map(Section.init)?.sites(&diagnostics).map(reader.read(table:)) ?? []
        var sites = (tables + (folder?.read(reader) ?? []) + source.drafts.compactMap { $0.read(by: reader) })
            .sorted { ($0.name?.text ?? "", $0.place) < ($1.name?.text ?? "", $1.place) }
        for site in sites {
            issuesOfSites += site.diagnostics.errors
            diagnostics.append(warningsOf: site.diagnostics)
        }
        let comparison = SiteComparison(sites: sites)
        for conflict in comparison.conflicts(sitesInUse: source.sitesInUse) {
            issuesOfSites.append(conflict.issue)
            for index in conflict.rejected { sites[index].reject(conflict.issue) }
        }
        comparison.findNesting(&diagnostics)
        return sites
    }

    /// Rejects each site without a secret. If no site has a secret of its own, the shared secret is missing: an error of
    /// the whole configuration.
    private mutating func rejectSitesWithoutSecrets(_ sites: inout [ParsedSite]) {
        let isSharedSecretMissing = !sites.contains(where: \.mayHaveSecrets)
        for (index, issue) in SiteComparison(sites: sites).missingSecrets() {
            if isSharedSecretMissing { diagnostics.error(issue) } else { issuesOfSites.append(issue) }
            sites[index].reject(issue)
        }
    }

    /// Returns the site at REPO_PATH, for a configuration without files.
    private mutating func siteOfEnvironment(_ main: MainFile, _ reader: SiteReader) -> [ParsedSite] {
        guard let text = source.variable("REPO_PATH") else {
            guard !source.mayHaveNoSite else { return [] }
            diagnostics.error(
                at: "REPO_PATH", "REPO_PATH is not set and \(main.place) does not exist",
                hint: "set REPO_PATH=/srv/blog, the clone to keep up to date; "
                    + "or write a file for each site in \(ShellWord(main.sitesFolder))")
            return []
        }
        let site = reader.read(environment: text)
        diagnostics.append(site.diagnostics)
        return [site]
    }

    /// Adds a warning about files without a site. The service starts all the same: a site may be added while it runs.
    private mutating func warnOfNoSites(_ main: MainFile, _ folder: SitesFolder) {
        diagnostics.warning(
            at: main.place, "no site is configured",
            hint: "create \(ShellWord("\(folder.path)/blog.toml")) with the line \(Key.path.line)")
    }

    private mutating func refuseNoSecret() {
        diagnostics.error(at: "GITHUB_SECRET", "GITHUB_SECRET is not set", hint: SecretText.generate)
    }
}
