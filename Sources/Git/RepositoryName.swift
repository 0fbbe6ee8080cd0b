/// A repository as a forge names it, such as `alice/blog` or, below GitLab's subgroups, `team/web/blog`. Case does not
/// count, as it does not to the forges.
public struct RepositoryName: Hashable, Sendable, CustomStringConvertible {
    /// Owner, subgroups if there are any, and name, as they were written.
    public let description: String

    private let folded: String

    /// The repository `owner/name` or `owner/…/name`, or `nil` if that is not two names or more with slashes between.
    public init?(_ fullName: some StringProtocol) {
        let components = fullName.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard components.count >= 2, components.allSatisfy({ !$0.isEmpty }) else { return nil }
        description = String(fullName)
        folded = description.lowercased()
    }

    /// The repository that lives at `url`: the last two components of its path, without `.git`. Whether what comes before
    /// them are subgroups or a folder of the server, a URL does not tell.
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
        // scp's form, host:path, has no slash before its first colon; an IPv6 address stands in brackets.
        let host = url.prefix { $0 != "/" }
        if let colon = host[(host.lastIndex(of: "]") ?? host.startIndex)...].firstIndex(of: ":") {
            return url[url.index(after: colon)...]
        }
        return url[...]
    }

    /// Whether `fullName`, as a forge writes it, is this repository's.
    public func matches(_ fullName: String) -> Bool { fullName == description || fullName.lowercased() == folded }

    /// Whether two names are those of one repository.
    public static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}
