internal import Text

/// The conditions for the deployment of a push.
public struct FilterSettings: Sendable, Equatable {
    /// Patterns of paths, of which a push must change one: pathspecs with the magic word `glob` (gitglossary(7)). Empty if
    /// every push is deployed.
    public internal(set) var paths: [String] = []
    /// The text in a commit's message that keeps the commit from being deployed; `nil` if every commit is deployed.
    public internal(set) var skip: String?

    /// Creates the settings of a site that deploys every push.
    init() {}

    /// Reads `paths` and `skip` of `section`. An error leaves the default.
    init(_ section: Section, _ diagnostics: inout Diagnostics) {
        paths = Self.paths(section, &diagnostics)
        skip = Self.skip(section, &diagnostics)
    }

    private static func paths(_ section: Section, _ diagnostics: inout Diagnostics) -> [String] {
        guard let patterns = section.texts(.paths, &diagnostics) else { return [] }
        let fact = patterns.isEmpty ? "is empty" : patterns.lazy.compactMap(fault).first
        guard let fact else { return patterns }
        diagnostics.error(at: section.place(of: .paths), "paths \(fact)", hint: Key.paths.line)
        return []
    }

    /// Returns what is wrong with one pattern.
    private static func fault(_ pattern: String) -> String? {
        let shown = pattern.escapedForDisplay
        if pattern.isEmpty { return "contains an empty pattern" }
        if SitePath.hasInvisibleCharacters(pattern) { return "contains a pattern with invisible characters: \(shown)" }
        let components = pattern.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if components.first?.isEmpty == true { return "contains a pattern that starts with a slash: \(shown)" }
        if pattern.utf8.first == UInt8(ascii: ":") { return "contains a pattern that starts with a colon: \(shown)" }
        guard !components.contains(where: { $0.elementsEqual("..".utf8) }) else {
            return "contains a pattern with ..: \(shown)"
        }
        return nil
    }

    private static func skip(_ section: Section, _ diagnostics: inout Diagnostics) -> String? {
        guard let text = section.text(.skip, &diagnostics) else { return nil }
        let fact: String
        if SitePath.hasInvisibleCharacters(text) {
            fact = "contains invisible characters: \(text.escapedForDisplay)"
        } else if text.allSatisfy(\.isWhitespace) {
            fact = "is blank"
        } else {
            return text
        }
        section.refuse(.skip, text, "skip \(fact)", hint: Key.skip.line, &diagnostics)
        return nil
    }
}
