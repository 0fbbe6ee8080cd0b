internal import Foundation

/// The absolute path of a site's clone.
struct SitePath: Sendable {
    /// The path as written, without slashes at the end.
    let text: String
    /// The path without symbolic links, if the folder exists. Two sites with equal resolved paths are in conflict.
    let resolved: String

    /// Creates a path from `text`; `nil` if `text` is relative or contains invisible characters.
    init?(_ text: String) {
        guard text.hasPrefix("/"), !Self.hasInvisibleCharacters(text) else { return nil }
        var text = text
        while text.utf8.count > 1, text.hasSuffix("/") { text.removeLast() }
        self.text = text
        resolved = Self.resolve(text)
    }

    /// The folders above the clone, the nearest first.
    var ancestors: some Sequence<String> {
        sequence(first: resolved) { path in
            path.lastIndex(of: "/").flatMap { $0 == path.startIndex ? nil : String(path[..<$0]) }
        }.dropFirst()
    }

    /// Returns whether `text` contains characters that a person cannot see, such as control characters.
    static func hasInvisibleCharacters(_ text: String) -> Bool { !text.unicodeScalars.allSatisfy(isAllowed) }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7f).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func resolve(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return simplify(path) }
        defer { free(real) }
        return String(cString: real)
    }

    /// Resolves `.` and `..` by text alone: a path to a missing folder has no symbolic links to follow.
    private static func simplify(_ path: String) -> String {
        var components: [Substring] = []
        for component in path.split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }
}
