internal import Foundation
internal import Git
internal import Text
internal import Webhook

/// Reads sites from files, from `[[site]]` tables and from REPO_PATH.
struct SiteReader: Sendable {
    let secrets: SecretReader
    /// The time-out of sites without their own.
    let timeout: Duration
    /// The catch-up interval of sites without their own.
    let catchUp: Duration?
    /// How long the history is kept.
    let historyAge: Duration
    /// Whether the environment files of the steps are read.
    let readsVariables: Bool
    /// The settings of the main file about notices.
    var notices = NoticeSettings()

    /// Reads the `[[site]]` table `section`.
    func read(table section: Section) -> ParsedSite {
        var site = ParsedSite(place: section.place)
        if let text = section.text(.name, &site.diagnostics) {
            site.name = SiteName(text)
            if site.name == nil {
                section.refuse(
                    .name, text, "invalid site name \(text.escapedForDisplay)", hint: SiteName.rule, &site.diagnostics)
            }
        } else if !section.contains(.name) {
            site.diagnostics.error(at: section.place, "name is missing", hint: Key.name.line)
        }
        read(section, Key.ofSiteTable, &site)
        return site
    }

    /// Reads the file `section`. `name` is the file's name without `.toml`.
    func read(file section: Section, name: String) -> ParsedSite {
        var site = ParsedSite(place: section.place)
        site.name = SiteName(name)
        if site.name == nil {
            site.diagnostics.error(
                at: section.place, "invalid site name \(name.escapedForDisplay)",
                hint: "rename the file; \(SiteName.rule)")
        }
        guard !section.isEmpty else {
            site.diagnostics.error(at: section.place, "the file is empty", hint: "add the line \(Key.path.line)")
            return site
        }
        read(section, Key.ofSiteFile, &site)
        return site
    }

    /// Makes a site of `text`, the value of REPO_PATH. The folder's name becomes the site's name.
    func read(environment text: String) -> ParsedSite {
        var site = ParsedSite(place: "REPO_PATH")
        let absolute = URL(fileURLWithPath: text).standardized.path
        guard let path = SitePath(absolute) else {
            site.diagnostics.error(
                at: site.place, "REPO_PATH contains invisible characters: \(text.escapedForDisplay)",
                hint: "REPO_PATH=/srv/blog")
            return site
        }
        let name = SiteName(ofCloneAt: path.text)
        site.name = name
        site.path = path
        site.settings = SiteSettings(
            name: name.text, path: path.text, repository: nil, follows: nil, strategy: .pull, forge: nil,
            timeout: timeout, catchUp: catchUp, secrets: nil, secretSource: nil, url: nil,
            place: site.place, notices: notices)
        return site
    }

    private func read(_ section: Section, _ keys: [Key], _ site: inout ParsedSite) {
        section.refuseUnknownKeys(keys, &site.diagnostics)
        let repository = repository(section, &site.diagnostics)
        let strategySettings = StrategySettings(section, &site.diagnostics)
        site.path = path(section, &site.diagnostics)
        let contents = ContentSettings(section, &site.diagnostics)
        let filter = FilterSettings(section, &site.diagnostics)
        let steps = StepSettings(section, readsVariables: readsVariables, &site.diagnostics)
        let forge = forge(section, &site.diagnostics)
        let url = section.url(&site.diagnostics)
        let notices = NoticeSettings(
            section, defaults: notices, forge: forge, readsSecrets: secrets.source.readsSecrets, &site.diagnostics)
        let timeout = section.duration(.timeout, default: timeout, &site.diagnostics)
        let catchUp = section.interval(.catchUp, default: catchUp, &site.diagnostics)
        site.mayHaveSecrets = section.namesSecrets
        let secretSource = secrets.place(in: section, &site.diagnostics)
        let secrets = secrets.secrets(at: secretSource, section, &site.diagnostics)
        guard site.diagnostics.errors.isEmpty, let strategySettings, let name = site.name, let path = site.path
        else { return }
        site.settings = SiteSettings(
            name: name.text, path: path.text, repository: repository ?? strategySettings.release?.repository,
            follows: strategySettings.follows, strategy: strategySettings.strategy, forge: forge,
            timeout: timeout, catchUp: catchUp, secrets: secrets, secretSource: secretSource, url: url,
            place: site.place,
            localEdits: strategySettings.localEdits, historyAge: historyAge, release: strategySettings.release,
            contents: contents, filter: filter, steps: steps, notices: notices)
    }

    private func repository(_ section: Section, _ diagnostics: inout Diagnostics) -> RepositoryName? {
        guard let text = section.text(.repository, &diagnostics) else { return nil }
        if let name = RepositoryName(configured: text) { return name }
        let meant = RepositoryName(url: text).flatMap { RepositoryName(configured: $0.description) }
        section.refuse(
            .repository, text, "repository is not OWNER/NAME: \(text.escapedForDisplay)",
            hint: meant.map { "repository = \"\($0)\"" } ?? Key.repository.line, &diagnostics)
        return nil
    }

    private func path(_ section: Section, _ diagnostics: inout Diagnostics) -> SitePath? {
        guard let text = section.text(.path, &diagnostics) else {
            if !section.contains(.path) {
                diagnostics.error(at: section.place, "path is missing", hint: Key.path.line)
            }
            return nil
        }
        if let path = SitePath(text) { return path }
        let fact = text.hasPrefix("/") ? "contains invisible characters" : "is not an absolute path"
        section.refuse(.path, text, "path \(fact): \(text.escapedForDisplay)", hint: Key.path.line, &diagnostics)
        return nil
    }

    private func forge(_ section: Section, _ diagnostics: inout Diagnostics) -> ForgeName? {
        guard let text = section.text(.forge, &diagnostics) else { return nil }
        if let forge = ForgeName(rawValue: text) { return forge }
        let known = ForgeName.allCases.map(\.rawValue).joined(separator: ", ")
        section.refuse(
            .forge, text, "unknown forge \(text.escapedForDisplay)",
            hint: "known forges: \(known); or remove forge to accept all of them", &diagnostics)
        return nil
    }
}

extension RepositoryName {
    /// Creates a name from `text` if a forge allows such a name. A URL is refused even if the URL looks like a name.
    fileprivate init?(configured text: String) {
        let components = text.utf8.split(separator: UInt8(ascii: "/"))
        guard text.utf8.allSatisfy(Self.isAllowed), !text.hasSuffix(".git"),
            !components.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) })
        else { return nil }
        self.init(text)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "~"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
