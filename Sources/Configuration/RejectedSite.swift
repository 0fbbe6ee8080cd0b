/// A site whose settings have a mistake, or conflict with the settings of another site. The other sites can be used.
public struct RejectedSite: Sendable {
    /// The name, if the name is valid. Another site may have the same name.
    public let name: String?
    /// The clone's absolute path, if the path is valid.
    public let path: String?
    /// The place of the settings: a file, or a file and line.
    public let place: String
    /// Whether the site may have a hook of its own. True if the file cannot be read.
    public let mayHaveOwnHook: Bool
    /// The mistakes, at least one.
    public let issues: [ConfigurationIssue]

    init(_ site: ParsedSite) {
        name = site.name?.text
        path = site.path?.text
        place = site.place
        mayHaveOwnHook = site.mayHaveSecrets
        issues = site.diagnostics.errors
    }
}
