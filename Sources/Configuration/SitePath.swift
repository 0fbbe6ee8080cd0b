internal import Foundation

/// Where a site's clone is: an absolute path.
struct SitePath: Sendable {
    /// As it was written, but for slashes at the end.
    let text: String
    /// Without symbolic links as far as it exists, to be compared with others.
    let resolved: String

    /// The path `text`, or `nil` if it is relative or has characters that no path should have.
    init?(_ text: String) {
        guard text.hasPrefix("/"), text.unicodeScalars.allSatisfy(Self.isAllowed) else { return nil }
        var text = text
        while text.utf8.count > 1, text.hasSuffix("/") { text.removeLast() }
        self.text = text
        resolved = Self.resolve(text)
    }

    /// The folders that it lies in, the nearest first.
    var ancestors: some Sequence<String> {
        sequence(first: resolved) { path in
            path.lastIndex(of: "/").flatMap { $0 == path.startIndex ? nil : String(path[..<$0]) }
        }.dropFirst()
    }

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

    /// What does not exist has no symbolic links either, so that `..` is the folder before it.
    private static func simplify(_ path: String) -> String {
        var components: [Substring] = []
        for component in path.split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }
}
