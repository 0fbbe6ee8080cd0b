import Configuration
import Foundation

/// Whether nginx passes deliveries on, whole and for long enough, and logs them.
///
/// What it reads is a scan of directives, not nginx's own understanding of them.
struct NginxCheck {
    private let path: String
    private let socket: String
    private let settings: Configuration
    private let nginx: NginxConfiguration?

    private static let subject = "nginx"

    /// - Parameters:
    ///   - path: nginx.conf, or its folder.
    ///   - socket: Bellpull's.
    init(_ path: String, socket: String, settings: Configuration) {
        self.path = path
        self.socket = socket
        self.settings = settings
        nginx = NginxConfiguration(at: path)
    }

    /// The user that its workers run as, if that can be told.
    var user: String? { nginx?.user }

    func results() -> [CheckResult] {
        guard let nginx else {
            return [
                .warning(
                    Self.subject, "could not be checked: \(path) cannot be read",
                    hint: "--nginx PATH, if its configuration is elsewhere; or run bellpull check as root")
            ]
        }
        let unread = nginx.unreadable.prefix(3).map { file in
            CheckResult.warning(
                Self.subject, "could not be checked in full: \(file) cannot be read",
                hint: "run bellpull check as root, or nginx -t to see whether it is there")
        }
        let passes = FastCGIPass.find(in: nginx, to: socket)
        guard !passes.isEmpty else {
            return unread + [
                .warning(
                    Self.subject, "no location passes to \(socket)",
                    hint: "include snippets/bellpull.conf; in the site's server block, then nginx -s reload")
            ]
        }
        let found = unread + passes.flatMap(results)
        let locations = passes.map(\.location).joined(separator: ", ")
        return found.isEmpty ? [.ok(Self.subject, "location \(locations) passes to \(socket)")] : found
    }

    private func results(of pass: FastCGIPass) -> [CheckResult] {
        [bodySize(pass), readTimeout(pass), log(pass)].compactMap(\.self)
    }

    private func bodySize(_ pass: FastCGIPass) -> CheckResult? {
        let written = pass.value("client_max_body_size") ?? "1m"
        guard let size = NginxValue.size(written) else { return unclear("client_max_body_size \(written)") }
        // 0 is without a limit.
        guard size > 0, size < settings.bodyLimit else { return nil }
        return .warning(
            Self.subject,
            "location \(pass.location) refuses deliveries above \(written), and forges send up to 25 MB",
            hint: "client_max_body_size \(Self.size(settings.bodyLimit)); there")
    }

    private func readTimeout(_ pass: FastCGIPass) -> CheckResult? {
        let written = pass.value("fastcgi_read_timeout") ?? "60s"
        guard let time = NginxValue.time(written) else { return unclear("fastcgi_read_timeout \(written)") }
        guard time <= settings.answerWithin else { return nil }
        let needed = Int((settings.answerWithin + settings.drain) / .seconds(1)) + 10
        return .warning(
            Self.subject,
            "location \(pass.location) gives up after \(written), before the answer, which takes up to "
                + settings.answerWithin.spoken,
            hint: "fastcgi_read_timeout \(needed)s; there, or a shorter answer_within")
    }

    private func log(_ pass: FastCGIPass) -> CheckResult? {
        guard let nginx else { return nil }
        let hint = "install conf.d/bellpull-log.conf, and access_log /var/log/nginx/bellpull.log bellpull; there"
        guard pass.directives("access_log").contains(where: { $0.arguments.dropFirst().first == "bellpull" }) else {
            return .warning(
                Self.subject, "location \(pass.location) does not log in the format bellpull, with outcomes",
                hint: hint)
        }
        let isDefined = FastCGIPass.all(nginx.directives).contains {
            $0.name == "log_format" && $0.arguments.first == "bellpull"
        }
        guard !isDefined else { return nil }
        return .error(Self.subject, "the log format bellpull is nowhere, so that nginx does not start", hint: hint)
    }

    private func unclear(_ directive: String) -> CheckResult {
        .warning(Self.subject, "could not be checked: what is \(directive)?", hint: "nginx -t")
    }

    private static func size(_ bytes: Int) -> String {
        bytes % (1 << 20) == 0 ? "\(bytes >> 20)m" : "\((bytes >> 10) + 1)k"
    }
}
