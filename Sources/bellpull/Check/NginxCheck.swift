import Text
import Configuration
import Foundation

/// Checks whether nginx passes deliveries to Bellpull, with sufficient limits of size and time, and logs the outcomes.
///
/// Reads nginx's configuration files as plain directives and does not run nginx. Has no results where nothing of nginx is
/// found: another web server serves the sites.
struct NginxCheck: Sendable {
    /// What is known about nginx besides its files.
    enum Presence: Sendable {
        /// The person who runs the check names nginx's files.
        case named
        /// The program is installed.
        case installed
        /// The program was not found.
        case unknown

        /// Looks for the program, unless the person named nginx's files.
        init(isNamed: Bool, environment: [String: String]) {
            self = isNamed ? .named : Program("nginx", environment) != nil ? .installed : .unknown
        }
    }

    private let path: String
    private let socket: String
    private let settings: Configuration
    private let nginx: NginxConfiguration?
    private let presence: Presence
    /// The blocks that pass requests to Bellpull.
    private let passes: [FastCGIPass]

    /// The most sites whose own hooks are tried.
    private static let triedSites = 5

    private static let subject = "nginx"

    /// - Parameters:
    ///   - path: The path of nginx.conf, or of its folder.
    ///   - socket: The path of Bellpull's socket.
    init(_ path: String, socket: String, settings: Configuration, _ presence: Presence = .named) {
        self.path = path
        self.socket = socket
        self.settings = settings
        self.presence = presence
        nginx = NginxConfiguration(at: path)
        passes = nginx.map { FastCGIPass.find(in: $0, to: socket) } ?? []
    }

    /// The user of nginx's worker processes, if the configuration names a user.
    var user: String? { nginx?.user }

    /// Whether nginx's files pass requests to the socket.
    var usesSocket: Bool { !passes.isEmpty }

    /// The path of the shared hook.
    var mount: String { passes.lazy.compactMap(\.mount).first ?? "/github" }

    /// Whether nginx lets only some addresses use the hook.
    var isRestricted: Bool { passes.contains { !$0.directives("deny").isEmpty } }

    /// Whether nginx takes only smaller bodies than Bellpull.
    var limitsBody: Bool { (passes + passes.compactMap(\.exactLocation)).contains { bodySize($0) != nil } }

    /// The access log of the hook in the format bellpull; `nil` if nginx's files name none.
    var accessLog: String? {
        passes.lazy.flatMap { $0.directives("access_log") }
            .first { $0.arguments.dropFirst().first == "bellpull" && $0.arguments[0].hasPrefix("/") }?.arguments[0]
    }

    /// The other access logs that nginx's files name, and Debian's default one.
    var otherAccessLogs: [String] {
        let named = FastCGIPass.all(nginx?.directives ?? []).filter { $0.name == "access_log" }
            .compactMap(\.arguments.first).filter { $0.hasPrefix("/") && !$0.contains("$") }
        return Array(Set(named + ["/var/log/nginx/access.log"])).sorted()
    }

    /// Returns the folder in `folder` that nginx serves, or `folder` itself; `nil` if nginx serves none of both.
    func servedFolder(in folder: String) -> String? {
        let real = Self.resolved(folder)
        return servers.lazy.flatMap { Self.roots(of: $0) }.first { root in
            let path = Self.resolved(root)
            return path == real || path.hasPrefix("\(real)/")
        }
    }

    /// Returns the folder that the server with this name serves; `nil` if there is no such server, or its folder is not known.
    func root(ofServerNamed name: String) -> String? {
        let server = servers.first { server in
            server.contains { $0.name == "server_name" && $0.arguments.contains(name) }
        }
        return server.flatMap { Self.roots(of: $0).first }
    }

    /// Returns the address on this machine of the server that serves `folder`; `nil` if there is none.
    func address(ofFolder folder: String) -> (url: String, connection: String?)? {
        let real = Self.resolved(folder)
        let server = servers.first { Self.roots(of: $0).contains { Self.resolved($0) == real } }
        return server.flatMap { HookAddress(server: $0, path: "/") }.map { ($0.url, $0.connection) }
    }

    private var servers: [[NginxDirective]] {
        FastCGIPass.all(nginx?.directives ?? []).filter { $0.name == "server" && !$0.block.isEmpty }.map(\.block)
    }

    private static func roots(of server: [NginxDirective]) -> [String] {
        FastCGIPass.all(server).filter { $0.name == "root" }.compactMap(\.arguments.first)
            .filter { $0.hasPrefix("/") && !$0.contains("$") }
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardized.path
    }

    /// Returns the address of the hook of `site` on this machine; `nil` if nginx's files have none.
    func address(of site: SiteSettings) -> HookAddress? {
        passes.lazy.compactMap { HookAddress($0, site: site.secretSource == nil ? nil : site.name) }.first
    }

    /// Returns the addresses of the hooks: of the shared hook in each server, and of the first hooks of single sites.
    ///
    /// - Parameters:
    ///   - hasSharedHook: whether deliveries may come to the shared hook.
    ///   - tried: the sites whose own hooks were tried already.
    func addresses(hasSharedHook: Bool, except tried: Set<String> = []) -> [HookAddress] {
        let shared = hasSharedHook ? passes.map { HookAddress($0) } : []
        let sites = settings.sites.filter { $0.secretSource != nil && !tried.contains($0.name) }
        let own = sites.prefix(Self.triedSites).map { site in
            passes.first.flatMap { HookAddress($0, site: site.name) }
        }
        var seen: Set<HookAddress> = []
        return (shared + own).compactMap(\.self).filter { seen.insert($0).inserted }
    }

    func results() -> [CheckResult] {
        guard let nginx else {
            guard presence != .unknown || access(path, F_OK) == 0 else { return [] }
            return [
                .warning(
                    Self.subject, "\(path) cannot be read, so nginx was not checked",
                    hint:
                        "run \(ServiceUnit.current.command) check as root, or with --nginx PATH if nginx.conf is elsewhere"
                )
            ]
        }
        let unread = nginx.unreadable.prefix(3).map { file in
            CheckResult.warning(
                Self.subject, "\(file) cannot be read, so nginx was only checked in part",
                hint: "run \(ServiceUnit.current.command) check as root; nginx -t reports missing files")
        }
        guard !passes.isEmpty else {
            guard presence != .unknown else { return [] }
            let missing = CheckResult.error(
                Self.subject, "no location passes requests to \(socket)",
                hint: NginxInclude(nginx, settings.sites.map(\.path)).remedy)
            return unread + [missing]
        }
        let found =
            unread + passes.flatMap(results) + passes.compactMap(\.exactLocation).compactMap(bodySize)
            + pagesWithoutSocket(nginx)
        let locations = passes.map(\.location).joined(separator: ", ")
        return found.isEmpty ? [.ok(Self.subject, "location \(locations) passes requests to \(socket)")] : found
    }

    /// Finds locations that pass readers to a socket for pages, beside the socket for deliveries, that is not there.
    private func pagesWithoutSocket(_ nginx: NginxConfiguration) -> [CheckResult] {
        let path = URL(fileURLWithPath: socket).deletingLastPathComponent().appendingPathComponent("pages.sock").path
        guard access(path, F_OK) != 0, errno == ENOENT else { return [] }
        let locations = FastCGIPass.find(in: nginx, to: path).map(\.location)
        guard !locations.isEmpty else { return [] }
        let unit = ServiceUnit.current.instance.map { "bellpull-pages@\($0).socket" } ?? "bellpull-pages.socket"
        return [
            .warning(
                Self.subject,
                "location \(locations.joined(separator: ", ")) passes readers to \(path), which does not exist",
                hint: "systemctl enable \(unit) && systemctl restart \(ServiceUnit.current)")
        ]
    }

    private func results(of pass: FastCGIPass) -> [CheckResult] {
        [bodySize(pass), readTimeout(pass), log(pass)].compactMap(\.self)
    }

    private func bodySize(_ pass: FastCGIPass) -> CheckResult? {
        let written = pass.value("client_max_body_size") ?? "1m"
        guard let size = NginxValue.size(written) else { return malformed("client_max_body_size \(written)") }
        // 0 disables the limit.
        guard size > 0, size < settings.bodyLimit else { return nil }
        return .warning(
            Self.subject,
            "location \(pass.location) rejects request bodies above \(written), but forges send up to 25 MB",
            hint: "set client_max_body_size \(Self.size(settings.bodyLimit)); in location \(pass.location)")
    }

    private func readTimeout(_ pass: FastCGIPass) -> CheckResult? {
        let written = pass.value("fastcgi_read_timeout") ?? "60s"
        guard let time = NginxValue.time(written) else { return malformed("fastcgi_read_timeout \(written)") }
        guard time <= settings.answerWithin else { return nil }
        let needed = Int((settings.answerWithin + settings.drain) / .seconds(1)) + 10
        return .warning(
            Self.subject,
            "location \(pass.location) times out after \(written), but a reply takes up to "
                + settings.answerWithin.spoken,
            hint: "set fastcgi_read_timeout \(needed)s; in location \(pass.location), or shorten answer_within")
    }

    private func log(_ pass: FastCGIPass) -> CheckResult? {
        guard let nginx else { return nil }
        let hint =
            "install conf.d/bellpull-log.conf, and set access_log /var/log/nginx/bellpull.log bellpull; "
            + "in location \(pass.location)"
        guard pass.directives("access_log").contains(where: { $0.arguments.dropFirst().first == "bellpull" }) else {
            return .warning(
                Self.subject,
                "location \(pass.location) does not log in the format bellpull, so its log has no outcomes",
                hint: hint)
        }
        let isDefined = FastCGIPass.all(nginx.directives).contains {
            $0.name == "log_format" && $0.arguments.first == "bellpull"
        }
        guard !isDefined else { return nil }
        return .error(Self.subject, "the log format bellpull is not defined, so nginx does not start", hint: hint)
    }

    private func malformed(_ directive: String) -> CheckResult {
        .warning(Self.subject, "\(directive) is malformed", hint: "nginx -t")
    }

    private static func size(_ bytes: Int) -> String {
        bytes % (1 << 20) == 0 ? "\(bytes >> 20)m" : "\((bytes >> 10) + 1)k"
    }
}
