import FastCGI
import Foundation
import Text

/// Checks whether the web server can connect to Bellpull's socket.
struct SocketCheck {
    private let path: String
    /// The user of the web server's worker processes, if known.
    private let webUser: String?
    /// Whether the web server or systemd is set up to use the socket. Under plain CGI there is no socket.
    private let isExpected: Bool

    private static let subject = "socket"

    init(_ path: String, webUser: String?, isExpected: Bool) {
        self.isExpected = isExpected
        self.path = path
        self.webUser = webUser
    }

    func results() -> [CheckResult] {
        switch ListeningSocket.probe(path: path) {
        case .accepted: return [missingPermission ?? .ok(Self.subject, "a process listens on \(path)")]
        case .missing:
            return [
                isExpected
                    ? .error(
                        Self.subject, "\(path) does not exist, so the web server cannot reach bellpull",
                        hint:
                            "systemctl enable \(ServiceUnit.current.socket) && systemctl restart \(ServiceUnit.current.socket) \(ServiceUnit.current)"
                    )
                    : .warning(
                        Self.subject, "\(path) does not exist",
                        hint:
                            "without systemd, run \(ServiceUnit.current.command) check with --socket PATH; under plain CGI all is well"
                    )
            ]
        case .notASocket:
            return [
                .error(
                    Self.subject, "\(path) is not a socket",
                    hint: "rm \(path); systemctl restart \(ServiceUnit.current.socket) \(ServiceUnit.current)")
            ]
        case .refused:
            return [
                .error(
                    Self.subject, "no process listens on \(path)",
                    hint: "systemctl restart \(ServiceUnit.current.socket) \(ServiceUnit.current)  "
                        + "# without systemd: bellpull serve --socket \(path)"
                )
            ]
        case .forbidden:
            return [
                missingPermission
                    ?? .warning(
                        Self.subject, "\(NSUserName()) may not connect to \(path), so the socket was not checked",
                        hint: "run \(ServiceUnit.current.command) check as root")
            ]
        case .unknown(let reason):
            return [.warning(Self.subject, "\(path) could not be checked: \(reason)", hint: "ls -l \(path)")]
        }
    }

    /// An error if the web server's user may not connect. Connecting requires permission to write (unix(7)).
    private var missingPermission: CheckResult? {
        var status = stat()
        guard let webUser, let user = Account(webUser), stat(path, &status) == 0, !user.mayWrite(status) else {
            return nil
        }
        let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "\(status.st_uid)"
        let mode = String(status.st_mode & 0o777, radix: 8)
        return .error(
            Self.subject,
            "nginx runs as \(webUser), but \(webUser) may not connect to \(path) (owner \(owner), mode \(mode))",
            hint: DropIn.command(
                ["[Socket]", "SocketUser=\(webUser)"], to: ServiceUnit.current.socket, named: "user",
                then:
                    "systemctl daemon-reload && systemctl restart \(ServiceUnit.current.socket) \(ServiceUnit.current)")
        )
    }
}
