internal import Text

/// A key that is unknown in its table.
struct UnknownKey {
    private let name: String
    private let known: [Key]

    /// Creates an unknown key of a table whose keys are `known`.
    init(_ name: String, known: [Key]) {
        self.name = name
        self.known = known
    }

    /// The remedy: another key, or another place for the key.
    var hint: String {
        // The value is probably the secret itself, and the file may be readable by all users.
        if name == "secret" || name == "secrets" {
            return "write the secret to a file of its own: \(Key.secretFile.line)"
        }
        if let elsewhere { return elsewhere }
        if let nearest = name.nearest(of: known.map(\.name)) { return "did you mean \(nearest)?" }
        return "known keys: \(known.map(\.name).joined(separator: ", "))"
    }

    private var elsewhere: String? {
        if known == Key.ofMainFile {
            if name == Key.name.name { return "move name into a [[site]] table" }
            guard Key.ofSiteFile.contains(where: { $0.name == name }) else { return nil }
            return "move \(name) to a site: to sites/NAME.toml or into a [[site]] table"
        }
        if name == Key.name.name { return "remove name: the site's name is the name of this file without .toml" }
        if name == Key.site.name { return "move the [[site]] table to the main file, or remove the line [[site]]" }
        guard Key.ofMainFile.contains(where: { $0.name == name }) else { return nil }
        return "move \(name) to the main file, before the first [[site]]"
    }
}
