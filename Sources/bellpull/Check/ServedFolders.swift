/// The folders that nginx serves, by its `root` and `alias` directives.
struct ServedFolders {
    /// A folder that nginx serves.
    struct Root: Equatable {
        let path: String
        /// The directive, such as `root /srv/blog`.
        let directive: String
    }

    private let roots: [Root]

    /// Finds the folders in `nginx`.
    init(_ nginx: NginxConfiguration) {
        roots = Self.roots(in: nginx.directives)
    }

    private static func roots(in directives: [NginxDirective]) -> [Root] {
        directives.flatMap { directive -> [Root] in
            guard ["root", "alias"].contains(directive.name), let path = directive.arguments.first else {
                return roots(in: directive.block)
            }
            return [Root(path: path, directive: "\(directive.name) \(path)")]
        }
    }

    /// Returns a folder that nginx serves from the old work tree at `path`: `path` itself, or a folder below that is not of
    /// the releases. A root above `path` counts too.
    func root(in path: String) -> Root? {
        roots.first { root in
            let folder = root.path.hasSuffix("/") ? String(root.path.dropLast()) : root.path
            if folder == path || path.hasPrefix("\(folder)/") { return true }
            guard folder.hasPrefix("\(path)/") else { return false }
            let first = folder.dropFirst(path.count + 1).prefix { $0 != "/" }
            return !["current", "releases", "shared"].contains(String(first))
        }
    }
}
