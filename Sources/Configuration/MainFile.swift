internal import Text

/// The main file, which may be absent unless it was named.
struct MainFile {
    /// Its path, as it can be shown.
    let place: String
    /// The folder beside it, with a file for each site.
    let sitesFolder: String
    /// What is in it, if it can be read.
    let document: Document?
    /// Whether it should be read and cannot.
    let isBroken: Bool

    /// Whether there is such a file, good or not.
    var isThere: Bool { document != nil || isBroken }

    /// Finds and reads the file that `source` names.
    init(_ source: ConfigurationSource, _ diagnostics: inout Diagnostics) {
        let named = source.mainFile ?? source.variable("BELLPULL_CONFIG")
        let path = named ?? source.fallbackMainFile
        place = path.escapedForDisplay
        sitesFolder = path.lastIndex(of: "/").map { "\(path[...$0])sites" } ?? "sites"
        guard !path.isEmpty else {
            diagnostics.issue("--config", "--config is empty", hint: "the main file's path", isUsage: true)
            (document, isBroken) = (nil, true)
            return
        }
        let before = diagnostics.issues.count
        document = Document.read(path, mayBeMissing: named == nil, &diagnostics)
        isBroken = diagnostics.issues.count > before
    }
}
