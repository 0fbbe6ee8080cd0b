/// The URL or the path of a repository, split into its root and the path below (git-clone(1), "GIT URLS").
struct RepositoryLocation {
    /// The text before the path, such as `https://host/`, `git@host:` or `/`.
    let root: String
    /// The names on the path.
    let components: [Substring]
    /// Whether the repository is a folder of this machine.
    let isLocal: Bool

    /// Splits `text`. Returns `nil` for a relative path.
    init?(_ text: String) {
        if let separator = text.firstRange(of: "://") {
            let authority = text[separator.upperBound...].prefix { $0 != "/" }
            guard authority.endIndex < text.endIndex else { return nil }
            root = text[..<authority.endIndex] + "/"
            isLocal = text[..<separator.lowerBound].lowercased() == "file"
        } else if text.hasPrefix("/") {
            (root, isLocal) = ("/", true)
        } else {
            let url = RemoteURL(text)
            let start = text.prefix { $0 != "/" }
            guard url.transport == .ssh, let colon = start.lastIndex(of: ":") else { return nil }
            let host = text[...colon]
            root = text[text.index(after: colon)...].hasPrefix("/") ? host + "/" : String(host)
            isLocal = false
        }
        components = text.dropFirst(root.count).split(separator: "/")
    }

    /// The beginnings of all URLs with the same transport, user, host and port.
    var roots: [String] {
        guard !root.contains("["), !root.contains("%") else { return [root] }
        if root.hasPrefix("ssh://") {
            let host = root.dropFirst(6).dropLast()
            return host.contains(":") ? [root] : [root, "\(host):"]
        }
        guard !root.contains("://") else { return [root] }
        let host = root.hasSuffix("/") ? root.dropLast(2) : root.dropLast()
        return ["\(host):", "ssh://\(host)/"]
    }

    /// The folder with the repository, with a slash at the end; `nil` if the path is empty.
    var folder: String? {
        components.isEmpty ? nil : root + components.dropLast().map { "\($0)/" }.joined()
    }

    /// Returns the location that the relative URL `text`, such as `../theme.git`, names as seen from this one
    /// (git-submodule(1), "add"). Returns `nil` if the URL leads above the root.
    func resolving(_ text: String) -> String? {
        var (components, rest) = (components, text.split(separator: "/")[...])
        while let name = rest.first, name == "." || name == ".." {
            if name == "..", components.popLast() == nil { return nil }
            rest.removeFirst()
        }
        guard !rest.isEmpty, !rest.contains(".."), !rest.contains(".") else { return nil }
        return root + (components + rest).joined(separator: "/")
    }
}
