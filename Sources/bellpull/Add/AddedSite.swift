import Configuration
import Foundation
import Git
import Text

/// A site that was added, and what is left for a person to do: the content of `bellpull add --json`.
struct AddedSite: Encodable {
    /// What became of the request.
    enum State: String, Encodable {
        case added
        /// The site was there before.
        case present
        /// The remote wants a deploy key, which a person has to enter.
        case needsKey = "needs_key"
    }

    let state: State
    let site: String
    let repository: String
    var branch: String?
    var tag: String?
    var path: String
    var strategy: String?
    var remote: String?
    var siteFile: String?
    var secretFile: String?
    /// The public key to enter at the forge.
    var deployKey: String?
    var deployKeyPage: String?
    var hookUrl: String?
    /// Whether `hookUrl` has a placeholder for the name of the server.
    var hookUrlIsIncomplete: Bool?
    var hookPage: String?
    /// The lines for the web server; empty if the web server has them.
    var webServer: [String]?

    private var pages: ForgePages { ForgePages(of: remote ?? "") }

    /// The name of the server in a URL that nobody has told.
    static let placeholder = "https://YOUR.SITE"

    /// Describes a site with these settings.
    ///
    /// - Parameters:
    ///   - secretFile: the file of the site's own secret; `nil` if the site shares the hook `/github`.
    init(
        _ state: State, _ settings: SiteSettings, remote: String?, key: DeployKey?, secretFile: String?,
        web: WebServerAdvice
    ) {
        self.state = state
        site = settings.name
        repository = settings.repository?.description ?? ""
        if settings.follows?.kind == .tag {
            tag = settings.follows?.description
        } else {
            branch = settings.follows?.description
        }
        path = settings.path
        strategy = settings.strategy.rawValue
        self.remote = remote
        siteFile = settings.place
        self.secretFile = secretFile
        deployKey = key?.publicKey
        let pages = ForgePages(of: remote ?? "")
        deployKeyPage = key.map { _ in pages.newKey }
        hookUrl =
            (settings.url?.origin ?? Self.placeholder) + web.mount + (secretFile == nil ? "" : "/\(settings.name)")
        hookUrlIsIncomplete = settings.url == nil
        hookPage = pages.newHook
        webServer = web.lines
    }

    /// Describes a site that waits for its key.
    init(_ missing: RemoteAccess.MissingKey, _ request: SiteRequest) {
        state = .needsKey
        (site, repository, path) = (request.name, request.repository.description, request.path)
        (remote, deployKey) = (missing.url, missing.key.publicKey)
        deployKeyPage = ForgePages(of: missing.url).newKey
    }

    // MARK: For people

    /// The lines after the site was added.
    func lines(_ terminal: Terminal, _ web: WebServerAdvice) -> [String] {
        let ref = tag.map { "tag \($0)" } ?? branch.map { "branch \($0)" }
        let what = ([repository, ref].compactMap(\.self).joined(separator: ", ")).escapedForDisplay
        let title =
            state == .present
            ? "\(site) is added already: \(what), in \(shownPath)" : "added \(site): \(what), in \(shownPath)"
        return [title] + hookLines(terminal) + webLines(terminal, web)
    }

    private var shownPath: String { path.remedyEscapedForDisplay }

    private func hookLines(_ terminal: Terminal) -> [String] {
        guard let hookUrl, pages.kind != .none else { return [] }
        let secret =
            secretFile.map { "what this prints: cat \($0.quotedForShell)".remedyEscapedForDisplay }
            ?? "the shared secret of bellpull.toml"
        let url = hookUrl + (hookUrlIsIncomplete == true ? "   (write your server's name for YOUR.SITE)" : "")
        let fields = pages.fields(url: url, secret: secret)
        let width = fields.map(\.name.count).max() ?? 0
        return ["", terminal.styled("The webhook: \(hookPage ?? "")", .bold)]
            + fields.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.value)" }
    }

    private func webLines(_ terminal: Terminal, _ web: WebServerAdvice) -> [String] {
        guard let webServer else { return [] }
        guard !webServer.isEmpty else { return ["", "nginx serves \(shownPath), and passes the hook on."] }
        return ["", terminal.styled(web.heading, .bold)] + webServer.map { "  \($0.remedyEscapedForDisplay)" }
            + (web.footer.map { [$0] } ?? [])
    }

    /// The lines about the key to enter.
    func keyLines(_ terminal: Terminal, command: String) -> [String] {
        [
            terminal.styled("Enter this deploy key (read access is enough): \(deployKeyPage ?? "")", .bold),
            "  \(deployKey ?? "")", "",
            terminal.styled("Then run the command again, which goes on with this key:", .bold),
            "  \(command)",
        ]
    }
}
