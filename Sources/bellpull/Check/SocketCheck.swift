import FastCGI
import Foundation

/// Whether the web server reaches Bellpull.
struct SocketCheck {
    private let path: String
    /// The user that the web server's workers run as, if that is known.
    private let webUser: String?

    private static let subject = "socket"

    init(_ path: String, webUser: String?) {
        self.path = path
        self.webUser = webUser
    }

    func results() -> [CheckResult] {
        switch ListeningSocket.probe(path: path) {
        case .accepted: return [stranger ?? .ok(Self.subject, "somebody listens on \(path)")]
        case .missing:
            return [
                .warning(
                    Self.subject, "there is no \(path)",
                    hint: "systemctl enable --now bellpull.socket; or --socket PATH, if it is elsewhere")
            ]
        case .notASocket:
            return [.error(Self.subject, "\(path) is no socket", hint: "rm \(path); systemctl restart bellpull.socket")]
        case .refused:
            return [
                .error(
                    Self.subject, "nobody listens on \(path)",
                    hint: "systemctl restart bellpull.socket; or start bellpull serve --socket \(path)")
            ]
        case .forbidden:
            return [
                stranger
                    ?? .warning(
                        Self.subject, "could not be checked: \(NSUserName()) may not connect to \(path)",
                        hint: "run bellpull check as root")
            ]
        case .unknown(let reason):
            return [.warning(Self.subject, "could not be checked: \(path): \(reason)", hint: "ls -l \(path)")]
        }
    }

    /// That the web server's user may not connect, if so: that takes the permission to write (unix(7)).
    private var stranger: CheckResult? {
        var status = stat()
        guard let webUser, let user = Account(webUser), stat(path, &status) == 0, !user.mayWrite(status) else {
            return nil
        }
        let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "\(status.st_uid)"
        let mode = String(status.st_mode & 0o777, radix: 8)
        return .error(
            Self.subject, "nginx runs as \(webUser), who may not connect to \(path), of \(owner) and mode \(mode)",
            hint: "systemctl edit bellpull.socket: [Socket] SocketUser=\(webUser); then restart it")
    }
}
