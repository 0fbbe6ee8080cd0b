import Configuration
import Foundation

/// An address of a hook: the public address, as the file of a site tells; or an address on this machine, as nginx's files tell.
struct HookAddress: Hashable {
    /// The URL of the hook, with the name of the server.
    let url: String
    /// The address to connect to, on this machine, such as `127.0.0.1:80`; or the path of a unix socket. `nil` for a public
    /// address, whose host the system resolves.
    let connection: String?
    /// Whether nginx lets only some addresses use the hook.
    let isRestricted: Bool
    /// Whether nginx expects the header of the PROXY protocol before the request.
    let hasProxyProtocol: Bool
    /// The place of the key `url` that tells a public address.
    let place: String?

    /// Whether the address is the one that forges use.
    var isPublic: Bool { connection == nil }

    var isEncrypted: Bool { url.hasPrefix("https:") }

    /// Returns the address of the hook `site`, or of the shared hook, in the server of `pass`. Forges use TLS where there
    /// is TLS. Returns `nil` if the server has no name to ask for or listens on no address of this machine.
    init?(_ pass: FastCGIPass, site: String? = nil) {
        guard let server = pass.server else { return nil }
        let path = (pass.mount ?? "/github") + (site.map { "/\($0)" } ?? "")
        self.init(server: server, path: path, isRestricted: !pass.directives("deny").isEmpty)
    }

    /// Returns the address of `path` in the server with the directives `server`; `nil` like above.
    init?(server: [NginxDirective], path: String, isRestricted: Bool = false) {
        guard let name = Self.name(of: server) else { return nil }
        let written = server.filter { $0.name == "listen" }.map(\.arguments)
        let listens = (written.isEmpty ? [["80"]] : written).filter { !$0.contains("quic") && !$0.isEmpty }
        guard let listen = listens.first(where: { $0.contains("ssl") }) ?? listens.first else { return nil }
        let isEncrypted = listen.contains("ssl")
        self.isRestricted = isRestricted
        hasProxyProtocol = listen.contains("proxy_protocol")
        place = nil
        let scheme = isEncrypted ? "https" : "http"
        if listen[0].hasPrefix("unix:") {
            connection = String(listen[0].dropFirst(5))
            url = "\(scheme)://\(name)\(path)"
        } else {
            guard let (host, port) = Self.address(listen[0]) else { return nil }
            connection = "\(host):\(port)"
            url = "\(scheme)://\(name)\(port == (isEncrypted ? 443 : 80) ? "" : ":\(port)")\(path)"
        }
    }

    /// Creates the address that a person names.
    init(url: String) {
        self.url = url
        (connection, isRestricted, hasProxyProtocol, place) = (nil, false, false, nil)
    }

    /// Creates the public address of the shared hook, or of the hook of a site with a secret of its own.
    ///
    /// - Parameters:
    ///   - mount: the path of the shared hook.
    ///   - isRestricted: whether nginx lets only some addresses use the hook.
    init?(_ site: SiteSettings, mount: String, isRestricted: Bool) {
        guard let url = site.url else { return nil }
        self.url = url.origin + mount + (site.secretSource == nil ? "" : "/\(site.name)")
        self.isRestricted = isRestricted
        (connection, hasProxyProtocol, place) = (nil, false, site.place)
    }

    /// Returns a name that the server answers to. A server without a name takes requests for any name, if it is the default
    /// server.
    private static func name(of server: [NginxDirective]) -> String? {
        let names = server.filter { $0.name == "server_name" }.flatMap(\.arguments)
        guard !names.isEmpty else { return "localhost" }
        let plain = names.first {
            !$0.isEmpty && !"~*._".contains($0.first ?? " ") && !$0.contains("*") && !$0.contains("$")
        }
        if let plain { return plain }
        if let wildcard = names.first(where: { $0.hasPrefix("*.") }) { return "bellpull" + wildcard.dropFirst() }
        if let domain = names.first(where: { $0.hasPrefix(".") }) { return String(domain.dropFirst()) }
        return names.contains { $0 == "_" || $0.isEmpty } ? "localhost" : nil
    }

    /// Parses the address of a `listen` directive, such as `80`, `*:80`, `127.0.0.1`, `[::]:80` or `localhost:8080`.
    private static func address(_ text: String) -> (host: String, port: Int)? {
        if let port = Int(text) { return ("127.0.0.1", port) }
        let end = text.hasPrefix("[") ? text.firstIndex(of: "]").map(text.index(after:)) : text.lastIndex(of: ":")
        let host = String(text[..<(end ?? text.endIndex)])
        let rest = end.map { text[$0...].dropFirst() } ?? ""
        guard let port = rest.isEmpty ? 80 : Int(rest) else { return nil }
        let loopback = ["*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"]
        return (loopback[host] ?? host, port)
    }
}
