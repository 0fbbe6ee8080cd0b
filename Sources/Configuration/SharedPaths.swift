internal import Text

/// The value of the key `shared`: paths relative to the root of a release.
struct SharedPaths {
    let paths: [String]

    /// Reads `shared` of `section`; no paths without the key or after an error.
    init(_ section: Section, _ diagnostics: inout Diagnostics) {
        let texts = section.texts(.shared, &diagnostics) ?? []
        guard let fact = texts.lazy.compactMap(Self.fault).first ?? Self.overlap(texts) else {
            paths = texts
            return
        }
        diagnostics.error(at: section.place(of: .shared), "shared \(fact)", hint: Key.shared.line)
        paths = []
    }

    /// Returns what is wrong with one path.
    private static func fault(_ path: String) -> String? {
        let shown = path.escapedForDisplay
        if path.isEmpty { return "contains an empty path" }
        if SitePath.hasInvisibleCharacters(path) { return "contains a path with invisible characters: \(shown)" }
        let components = components(of: path)
        if components.first == "" { return "contains an absolute path: \(shown)" }
        if components.contains("") { return "contains a path with a superfluous slash: \(shown)" }
        if components.contains(".") || components.contains("..") { return "contains a path with . or ..: \(shown)" }
        if components.contains(where: { $0.lowercased() == ".git" }) { return "contains a path with .git: \(shown)" }
        return nil
    }

    /// Returns which two paths are equal or nested.
    private static func overlap(_ paths: [String]) -> String? {
        var seen: Set<[String]> = []
        for path in paths {
            guard seen.insert(components(of: path)).inserted else { return "contains \(path.escapedForDisplay) twice" }
        }
        for path in paths {
            let components = components(of: path)
            for count in 1..<components.count where seen.contains(Array(components.prefix(count))) {
                let outer = components.prefix(count).joined(separator: "/").escapedForDisplay
                return "contains both \(outer) and, inside it, \(path.escapedForDisplay)"
            }
        }
        return nil
    }

    /// By bytes: a slash with a combining mark after it is another character, but still a slash to the system.
    private static func components(of path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    }
}
