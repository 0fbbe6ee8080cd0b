/// A key that is not known where it stands.
struct UnknownKey {
    private let name: String
    private let known: [Key]

    init(_ name: String, known: [Key]) {
        self.name = name
        self.known = known
    }

    /// What may have been meant.
    var hint: String {
        // With a value that is the secret itself, in a file with the wrong permissions.
        if name == "secret" || name == "secrets" { return "a secret has a file of its own: \(Key.secretFile.line)" }
        if let elsewhere { return elsewhere }
        if let nearest = name.nearest(of: known.map(\.name)) { return "\(nearest)?" }
        return "known are \(known.map(\.name).joined(separator: ", "))"
    }

    private var elsewhere: String? {
        if known == Key.ofMainFile, Key.ofSiteTable.contains(where: { $0.name == name }) {
            return "it belongs to a site: sites/NAME.toml, or [[site]]"
        }
        if known == Key.ofSiteFile, name == Key.name.name { return "the site is called as its file is, without .toml" }
        if known != Key.ofMainFile, Key.ofMainFile.contains(where: { $0.name == name }) {
            return "it belongs into the main file, bellpull.toml, before any [[site]]"
        }
        return nil
    }
}
