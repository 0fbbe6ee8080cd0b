/// A site as read from a file, a `[[site]]` table or REPO_PATH, with errors or without.
struct ParsedSite: Sendable {
    /// The file, the file and line, or `REPO_PATH`.
    let place: String
    /// The name, if valid.
    var name: SiteName?
    /// The clone's path, if valid.
    var path: SitePath?
    /// Whether the site names its own secrets, valid or not. Also true if the site's file cannot be read.
    var mayHaveSecrets = false
    /// The settings, unless there are errors.
    var settings: SiteSettings?
    var diagnostics = Diagnostics()

    /// Creates a site without settings.
    init(place: String) {
        self.place = place
    }

    /// Adds an error, after which the site cannot be used.
    mutating func reject(_ issue: ConfigurationIssue) {
        settings = nil
        diagnostics.error(issue)
    }
}
