/// The name of a repository at a forge, such as `alice/blog` or, with a GitLab subgroup, `team/web/blog`. Names are
/// compared without regard to case, as forges do.
public struct RepositoryName: Hashable, Sendable, CustomStringConvertible {
    /// The owner, any subgroups and the name, in the original case.
    public let description: String

    private let folded: String

    /// Creates the name `owner/name` or `owner/…/name`. Returns `nil` if `fullName` has only one component or an empty
    /// component.
    public init?(_ fullName: some StringProtocol) {
        let components = fullName.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard components.count >= 2, components.allSatisfy({ !$0.isEmpty }) else { return nil }
        description = String(fullName)
        folded = description.lowercased()
    }

    /// Creates the name from the last two components of the path of `url`, without `.git`. Earlier components are
    /// ignored: they may be subgroups or folders of the server, and a URL does not tell.
    ///
    /// Knows the forms of git-clone(1), "GIT URLS": `https://host/alice/blog.git`, `ssh://git@host:22/alice/blog`,
    /// `git@host:alice/blog.git`, `git://host/alice/blog`, `file:///srv/git/alice/blog.git` and plain paths.
    public init?(url: String) {
        var path = Self.path(of: url)[...]
        while path.hasSuffix("/") { path.removeLast() }
        if path.hasSuffix(".git") { path.removeLast(4) }
        while path.hasSuffix("/") { path.removeLast() }
        let components = path.split(separator: "/").suffix(2)
        guard components.count == 2 else { return nil }
        self.init(components.joined(separator: "/"))
    }

    private static func path(of url: String) -> Substring {
        if let scheme = url.firstRange(of: "://") {
            let rest = url[scheme.upperBound...]
            return rest[(rest.firstIndex(of: "/") ?? rest.endIndex)...]
        }
        // The scp form, host:path, has no slash before the first colon. An IPv6 address is in brackets.
        let host = url.prefix { $0 != "/" }
        if let colon = host[(host.lastIndex(of: "]") ?? host.startIndex)...].firstIndex(of: ":") {
            return url[url.index(after: colon)...]
        }
        return url[...]
    }

    /// Returns whether `fullName`, as a forge writes it, is the name of this repository.
    public func matches(_ fullName: String) -> Bool { fullName == description || fullName.lowercased() == folded }

    /// Compares two names without regard to case.
    public static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }

    /// Hashes the name without regard to case.
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}
