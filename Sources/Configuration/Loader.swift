internal import Webhook
internal import Text

/// Reads a configuration from its source, and notes all that is wrong.
struct Loader {
    private let source: ConfigurationSource
    private let secretReader: SecretReader
    private(set) var diagnostics = Diagnostics()

    init(_ source: ConfigurationSource) {
        self.source = source
        secretReader = SecretReader(source: source)
    }

    /// The configuration, as far as it can be read.
    mutating func load() -> Configuration {
        let main = MainFile(source, &diagnostics)
        let section = main.document.map(Section.init)
        section?.refuseUnknownKeys(Key.ofMainFile, &diagnostics)
        let before = diagnostics.issues.count
        let secrets = secrets(section)
        let isSecretKnown = !main.isBroken && diagnostics.issues.count == before && !hasUnseenSecrets(section)
        var settingReader = SettingReader(source, section)
        let settings = GeneralSettings(&settingReader)
        diagnostics.append(settingReader.diagnostics)

        let siteReader = SiteReader(secrets: secretReader, timeout: settings.timeout, catchUp: settings.catchUp)
        let folder = sitesFolder(beside: main)
        let sites: [SiteReading]
        let isOfFiles = main.isThere || folder.map { !$0.files.isEmpty } ?? true
        if isOfFiles {
            sites = self.sites(section, folder, siteReader)
            if sites.isEmpty, !main.isBroken, let folder { missSites(main, folder) }
            if secrets == nil, isSecretKnown, source.readsSecrets { diagnostics.missSecrets(of: sites) }
        } else {
            sites = siteOfEnvironment(main, siteReader)
            if secrets == nil, isSecretKnown, source.readsSecrets { missSecret() }
        }
        return Configuration(
            secrets, settings, sites: sites.compactMap(\.settings), isOfEnvironment: !isOfFiles,
            warnings: diagnostics.warnings)
    }

    private mutating func secrets(_ section: Section?) -> Secrets? {
        guard let section, section.namesSecrets else {
            return secretReader.defaultSecrets(&diagnostics)
        }
        return secretReader.secrets(in: section, &diagnostics)
    }

    /// Whether there are secrets for all sites that only the service can see.
    private func hasUnseenSecrets(_ section: Section?) -> Bool {
        guard source.unseenCredentials != nil else { return false }
        return section?.namesSecrets ?? false || secretReader.hasUnseenSecret
    }

    /// The folder beside the main file, or `nil` if it cannot be read.
    private mutating func sitesFolder(beside main: MainFile) -> SitesFolder? {
        do throws(FileTrouble) {
            return try SitesFolder(main.sitesFolder)
        } catch {
            diagnostics.issue(
                main.sitesFolder.escapedForDisplay, error.message, hint: error.hint(path: main.sitesFolder))
            return nil
        }
    }

    /// The sites of the files, sorted by name.
    private mutating func sites(_ section: Section?, _ folder: SitesFolder?, _ reader: SiteReader) -> [SiteReading] {
        if source.variable("REPO_PATH") != nil {
            diagnostics.warning(
                "REPO_PATH", "REPO_PATH is ignored, as there are configuration files",
                hint: "make it a site in a file of its own, or unset it")
        }
        let tables = section?.sites(&diagnostics).map(reader.read(table:)) ?? []
        let sites = (tables + (folder?.read(reader) ?? []))
            .sorted { ($0.name?.text ?? "", $0.place) < ($1.name?.text ?? "", $1.place) }
        for site in sites { diagnostics.append(site.diagnostics) }
        diagnostics.compare(sites)
        return sites
    }

    /// The site that REPO_PATH is, without any file.
    private mutating func siteOfEnvironment(_ main: MainFile, _ reader: SiteReader) -> [SiteReading] {
        guard let text = source.variable("REPO_PATH") else {
            diagnostics.issue(
                "REPO_PATH", "REPO_PATH is not set, and there is no \(main.place)",
                hint: "REPO_PATH=/srv/blog, the clone to keep up to date; "
                    + "or a file for each site in \(main.sitesFolder.escapedForDisplay)")
            return []
        }
        let site = reader.read(environment: text)
        diagnostics.append(site.diagnostics)
        return [site]
    }

    private mutating func missSites(_ main: MainFile, _ folder: SitesFolder) {
        diagnostics.issue(
            main.place, "there is no site",
            hint: "create \(folder.path.escapedForDisplay)/blog.toml with \(Key.path.line), or add such a [[site]]")
    }

    private mutating func missSecret() {
        diagnostics.issue(
            "GITHUB_SECRET", "GITHUB_SECRET is not set",
            hint: "openssl rand -hex 20 makes one; give the same to the forge's webhook form")
    }
}
