/// The URL of a remote (git-clone(1), "GIT URLS").
public struct RemoteURL: Sendable, Equatable {
    /// How git reaches the remote.
    public enum Transport: Sendable {
        /// ssh, as in `ssh://git@host:22/alice/blog` and `git@host:alice/blog.git`.
        case ssh
        /// HTTP or HTTPS.
        case http
        /// Another URL of a host, such as `git://host/alice/blog`.
        case other
        /// A path of this machine, or a `file:` URL.
        case local
    }

    /// How git reaches the remote.
    public let transport: Transport
    /// The user and the host as ssh takes them, such as `git@host`. Without a password.
    public let destination: String
    /// The host, such as `github.com` or `::1`; empty for a path of this machine.
    public let host: String
    /// The port; `nil` for the default.
    public let port: Int?
    /// The path of the repository, without a slash at its start, such as `alice/blog.git`.
    public let path: String

    /// Parses `url`.
    public init(_ url: String) {
        if let scheme = url.firstRange(of: "://") {
            let rest = url[scheme.upperBound...]
            let authority = rest.prefix { $0 != "/" }
            let transport = Self.transport(String(url[..<scheme.lowerBound]))
            self.init(transport, String(authority), path: rest.dropFirst(authority.count))
            return
        }
        // The scp form, host:path, has no slash before the first colon. An IPv6 address is in brackets.
        let start = url.prefix { $0 != "/" }
        guard let colon = start[(start.lastIndex(of: "]") ?? start.startIndex)...].firstIndex(of: ":") else {
            self.init(.local, "", path: url[...])
            return
        }
        self.init(.ssh, String(url[..<colon]), path: url[url.index(after: colon)...])
    }

    private init(_ transport: Transport, _ authority: String, path: Substring) {
        let user = authority.lastIndex(of: "@").map { authority[..<$0].prefix { $0 != ":" } }
        var host = authority[(authority.lastIndex(of: "@").map(authority.index(after:)) ?? authority.startIndex)...]
        var port: Int?
        if let colon = host[(host.lastIndex(of: "]") ?? host.startIndex)...].lastIndex(of: ":") {
            port = Int(host[host.index(after: colon)...])
            host = host[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.transport = transport
        self.host = transport == .local ? "" : String(host)
        self.port = port
        self.path = String(path.drop { $0 == "/" })
        destination = (user.map { "\($0)@" } ?? "") + self.host
    }

    private init(_ url: RemoteURL, host: String, port: Int?) {
        transport = url.transport
        destination = url.destination
        self.host = host
        self.port = port
        path = url.path
    }

    private static func transport(_ scheme: String) -> Transport {
        switch scheme.lowercased() {
        case "http", "https": .http
        case "ssh", "git+ssh", "ssh+git": .ssh
        case "file": .local
        default: .other
        }
    }

    /// The repository's name at the forge, such as `alice/blog`.
    public var repository: String { path.hasSuffix(".git") ? String(path.dropLast(4)) : path }

    /// Returns the URL with the host and the port that ssh uses, from the output of `ssh -G`. In the URL the host may be an
    /// alias of ssh_config(5).
    func resolved(bySSH configuration: String) -> RemoteURL {
        func value(_ key: String) -> String? {
            let line = configuration.split(separator: "\n").first { $0.hasPrefix("\(key) ") }
            return line.map { $0.dropFirst(key.count + 1).trimmingPrefix(" ") }.map { String($0) }
        }
        guard let host = value("hostname"), !host.isEmpty else { return self }
        let port = value("port").flatMap { Int($0) }
        return RemoteURL(self, host: value("hostkeyalias") ?? host, port: port == 22 ? nil : port)
    }
}
