import Configuration
import Foundation

/// Checks whether nginx passes deliveries to Bellpull, with sufficient limits of size and time, and logs the outcomes.
///
/// Reads nginx's configuration files as plain directives and does not run nginx.
struct NginxCheck {
    private let path: String
    private let socket: String
    private let settings: Configuration
    private let nginx: NginxConfiguration?

    private static let subject = "nginx"

    /// - Parameters:
    ///   - path: The path of nginx.conf, or of its folder.
    ///   - socket: The path of Bellpull's socket.
    init(_ path: String, socket: String, settings: Configuration) {
        self.path = path
        self.socket = socket
        self.settings = settings
        nginx = NginxConfiguration(at: path)
    }

    /// The user of nginx's worker processes, if the configuration names a user.
    var user: String? { nginx?.user }

    func results() -> [CheckResult] {
        guard let nginx else {
            return [
                .warning(
                    Self.subject, "\(path) cannot be read, so nginx was not checked",
                    hint: "run bellpull check as root, or with --nginx PATH if nginx.conf is elsewhere")
            ]
        }
        let unread = nginx.unreadable.prefix(3).map { file in
            CheckResult.warning(
                Self.subject, "\(file) cannot be read, so nginx was only checked in part",
                hint: "run bellpull check as root; nginx -t reports missing files")
        }
        let passes = FastCGIPass.find(in: nginx, to: socket)
        guard !passes.isEmpty else {
            return unread + [
                .warning(
                    Self.subject, "no location passes requests to \(socket)",
                    hint: "add include snippets/bellpull.conf; to the site's server block, then nginx -s reload")
            ]
        }
        let found = unread + passes.flatMap(results)
        let locations = passes.map(\.location).joined(separator: ", ")
        return found.isEmpty ? [.ok(Self.subject, "location \(locations) passes requests to \(socket)")] : found
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
