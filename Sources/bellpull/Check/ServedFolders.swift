import Foundation

/// The folders that nginx serves, by its `root` and `alias` directives.
struct ServedFolders {
    /// A folder that nginx serves.
    struct Root: Equatable {
        let path: String
        /// The directive, such as `root /srv/blog`.
        let directive: String
    }

    private var roots: [Root] = []
    /// What keeps the files from telling all folders: a directive with variables, or a file that cannot be read.
    private(set) var unknown: String?

    /// Finds the folders in `nginx`.
    init(_ nginx: NginxConfiguration) {
        if let file = nginx.unreadable.first { unknown = file }
        let all = Self.flatten(nginx.directives)
        for directive in all where ["root", "alias"].contains(directive.name) {
            guard let path = directive.arguments.first else { continue }
            let text = "\(directive.name) \(path)"
            guard path.contains("$") else {
                roots.append(Root(path: path, directive: text))
                continue
            }
            let values = all.filter { $0.name == "set" && $0.arguments.first == path }.map { $0.arguments.last ?? "" }
            if values.isEmpty { unknown = text }
            // The real path of another root, which is among the directives.
            for value in values where value != "$realpath_root" && value != "$document_root" {
                if value.contains("$") { unknown = text } else { roots.append(Root(path: value, directive: text)) }
            }
        }
    }

    private static func flatten(_ directives: [NginxDirective]) -> [NginxDirective] {
        directives.flatMap { [$0] + flatten($0.block) }
    }

    /// Returns a folder that nginx serves from the old work tree at `path`: `path` itself, or a folder below that is not of
    /// the releases. A root above `path` counts too. Follows symbolic links.
    func root(in path: String) -> Root? {
        let path = Self.resolved(path)
        return roots.first { root in
            if Self.isInside(root.path, path) { return true }
            return Self.isInside(Self.resolved(root.path), path)
        }
    }

    private static func isInside(_ root: String, _ path: String) -> Bool {
        let folder = root.hasSuffix("/") ? String(root.dropLast()) : root
        if folder == path || path.hasPrefix("\(folder)/") { return true }
        guard folder.hasPrefix("\(path)/") else { return false }
        let first = folder.dropFirst(path.count + 1).prefix { $0 != "/" }
        return !["current", "previous", "releases", "shared"].contains(String(first))
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardized.path
    }
}
