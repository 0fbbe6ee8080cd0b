/// A site, and the host whose disk holds the site.
public struct SiteOnHost: Sendable, Hashable {
    /// The name of the site.
    public let name: String
    /// The name of the host.
    public let host: String

    /// Creates the site `name` on `host`.
    public init(name: String, host: String) {
        self.name = name
        self.host = host
    }
}
