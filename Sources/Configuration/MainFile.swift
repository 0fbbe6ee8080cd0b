internal import Text

/// The main file. The file may be missing unless the command line or BELLPULL_CONFIG names the path.
struct MainFile {
    /// The file's path, escaped for display.
    let place: String
    /// The folder beside the main file, with a file for each site.
    let sitesFolder: String
    /// The content; `nil` if the file is missing or broken.
    let document: Document?
    /// Whether the file should have been read and cannot be.
    let isBroken: Bool

    /// Whether the file exists, broken or not.
    var isThere: Bool { document != nil || isBroken }

    /// Finds and reads the main file of `source`.
    init(_ source: ConfigurationSource, _ diagnostics: inout Diagnostics) {
        let named = source.mainFile ?? source.variable("BELLPULL_CONFIG")
        let path = named ?? source.fallbackMainFile
        place = path.escapedForDisplay
        sitesFolder = path.lastIndex(of: "/").map { "\(path[...$0])sites" } ?? "sites"
        guard !path.isEmpty else {
            diagnostics.error(
                at: "--config", "--config is empty", hint: "--config \(ConfigurationSource.defaultMainFile)",
                isUsage: true)
            (document, isBroken) = (nil, true)
            return
        }
        let before = diagnostics.errors.count
        document = Document.read(path, mayBeMissing: named == nil, &diagnostics)
        isBroken = diagnostics.errors.count > before
    }
}
