/// The name of a repository at a forge, such as `alice/blog` or, with GitLab's groups, `team/web/blog`. Names are
/// compared without regard to case, as forges do.
///
/// A name that comes from the URL of a remote may have more components than the forge's name, because the URL also
/// names folders of the server. `matches(_:)` decides as follows:
/// - In the URL of a host, every component counts: `https://host/team/web/blog.git` is `team/web/blog`, and never the
///   other project `web/blog`. So the site of a forge below a path, such as `https://host/gitlab/team/web/blog.git`,
///   has to name its repository in the configuration.
/// - Bitbucket Data Center puts `scm/` before the project in its HTTP URLs: `https://host/scm/web/blog.git` is also
///   `web/blog`.
/// - In a path of this machine and in a `file:` URL, the forge's name is the end of the path: `/srv/git/alice/blog.git`
///   is `alice/blog`.
public struct RepositoryName: Hashable, Sendable, CustomStringConvertible {
    /// The source of a name.
    private enum Source {
        /// A forge or the configuration.
        case forge
        /// An HTTP or HTTPS URL.
        case http
        /// Another URL of a host.
        case host
        /// A path of this machine.
        case local
    }

    /// The owner, any groups and the name, in the original case. For a path of this machine, the last two components.
    public let description: String

    private let folded: String
    /// The whole path in the URL, in lower case.
    private let path: String
    private let source: Source

    /// Creates the name `owner/name` or `owner/…/name`. Returns `nil` if `fullName` has only one component or an empty
    /// component.
    public init?(_ fullName: some StringProtocol) {
        var name = String(fullName)
        guard name.withUTF8(Self.hasOnlyNamedComponents) else { return nil }
        description = name
        folded = description.lowercased()
        path = folded
        source = .forge
    }

    /// Whether the path has at least two components, and none is empty.
    private static func hasOnlyNamedComponents(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        var (slashes, isEmpty) = (0, true)
        for byte in path {
            let isSlash = byte == UInt8(ascii: "/")
            guard !(isSlash && isEmpty) else { return false }
            if isSlash { slashes += 1 }
            isEmpty = isSlash
        }
        return slashes >= 1 && !isEmpty
    }

    /// Creates the name from the path of `url`, without `.git`. Returns `nil` if the path is empty. The name may have
    /// only one component, as in `git@host:blog.git`.
    ///
    /// Knows the forms of git-clone(1), "GIT URLS": `https://host/alice/blog.git`, `ssh://git@host:22/alice/blog`,
    /// `git@host:alice/blog.git`, `git://host/alice/blog`, `file:///srv/git/alice/blog.git` and plain paths.
    public init?(url: String) {
        let (source, wholePath) = Self.parts(of: url)
        var path = wholePath
        while path.hasSuffix("/") { path.removeLast() }
        if path.hasSuffix(".git") { path.removeLast(4) }
        // By bytes: a slash with a combining mark after it is another character, but still a slash to git.
        let components = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        guard !components.isEmpty else { return nil }
        description = (source == .local ? components.suffix(2) : components[...]).joined(separator: "/")
        folded = description.lowercased()
        self.path = components.joined(separator: "/").lowercased()
        self.source = source
    }

    private static func parts(of url: String) -> (Source, path: Substring) {
        if let scheme = url.firstRange(of: "://") {
            let rest = url[scheme.upperBound...]
            let path = rest[(rest.firstIndex(of: "/") ?? rest.endIndex)...]
            switch url[..<scheme.lowerBound].lowercased() {
            case "http", "https": return (.http, path)
            case "file": return (.local, path)
            default: return (.host, path)
            }
        }
        // The scp form, host:path, has no slash before the first colon. An IPv6 address is in brackets.
        let host = url.prefix { $0 != "/" }
        if let colon = host[(host.lastIndex(of: "]") ?? host.startIndex)...].firstIndex(of: ":") {
            return (.host, url[url.index(after: colon)...])
        }
        return (.local, url[...])
    }

    /// Whether the name has an owner, and not only one component. Forges' names always have an owner.
    public var hasOwner: Bool { description.utf8.contains(UInt8(ascii: "/")) }

    /// Returns whether `fullName`, as a forge writes it, is the name of this repository.
    public func matches(_ fullName: String) -> Bool {
        if fullName == description { return true }
        let name = fullName.lowercased()
        if name == folded { return true }
        let slashes = name.utf8.count { $0 == UInt8(ascii: "/") }
        switch source {
        case .forge, .host: return false
        case .http: return slashes == 1 && (path == "scm/\(name)" || path.hasSuffix("/scm/\(name)"))
        case .local: return slashes >= 1 && path.hasSuffix("/\(name)")
        }
    }

    /// Returns whether a clone with this remote can be a clone of the configured repository `name`, as far as the URL
    /// tells: the server may have put folders before the name, and a short path may lack the groups.
    public func canBe(_ name: RepositoryName) -> Bool {
        if matches(name.description) || path.hasSuffix("/\(name.folded)") { return true }
        return (source == .local || !hasOwner) && name.folded.hasSuffix("/\(folded)")
    }

    /// Compares two names without regard to case.
    public static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }

    /// Hashes the name without regard to case.
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}
