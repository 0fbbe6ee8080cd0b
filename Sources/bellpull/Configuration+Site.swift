import Configuration
import Text
import Deploy

extension CommandError {
    /// The error for a site that is not configured.
    ///
    /// - Parameter known: the names of the configured sites.
    init(unknownSite name: String, known: [String]) {
        guard !name.allSatisfy(\.isWhitespace) else {
            self.init(.usage, "the name of the site is empty", hint: "configured sites: \(Self.list(known))")
            return
        }
        let shown = String(name.prefix(80)) + (name.count > 80 ? "…" : "")
        let hint =
            shown.nearest(of: known).map { "did you mean \($0)?" } ?? "configured sites: \(Self.list(known))"
        self.init(.failure, "site \(shown.escapedForDisplay) is not configured", hint: hint)
    }

    private static func list(_ sites: [String]) -> String {
        sites.isEmpty ? "none" : sites.prefix(20).joined(separator: ", ")
    }
}

extension Configuration {
    /// Returns the settings of the site `name`.
    ///
    /// - Throws: the mistakes of the site, or an error if there is no such site.
    func site(named name: String) throws(CommandError) -> SiteSettings {
        if let settings = sites.first(where: { $0.name == name }) { return settings }
        let mistakes = rejectedSites.filter { $0.name == name }.flatMap(\.issues)
        guard mistakes.isEmpty else { throw CommandError(.configuration, mistakes) }
        throw CommandError(unknownSite: name, known: sites.map(\.name))
    }

    /// Prints the mistakes of the sites that are left out, up to 20, to standard error.
    func warnOfRejectedSites() {
        let lines = issuesOfSites.prefix(20).map { issue in
            "bellpull: warning: \(issue.text)\n" + (issue.hint.map { "bellpull: hint: \($0)\n" } ?? "")
        }
        LogWriter.standardError.write(lines.joined())
    }
}
