import Foundation
import Text

/// Checks whether the service and its socket are up, from their states in systemd.
struct ServiceCheck {
    let service: UnitState
    /// The socket; `nil` if systemd does not know the socket.
    let socket: UnitState?

    private static let subject = "systemd"
    private static let logs = "journalctl -u \(ServiceUnit.current) -n 20 --no-pager"
    /// Starts the socket and the service, whatever state they are in: a socket does not start beside its running service.
    private static let start =
        "systemctl stop \(ServiceUnit.current); systemctl reset-failed \(ServiceUnit.current.service) \(ServiceUnit.current.socket); "
        + "systemctl enable --now \(ServiceUnit.current.socket) \(ServiceUnit.current)"

    var results: [CheckResult] {
        let found = [files, socketResult, serviceResult, program].compactMap(\.self)
        return found.isEmpty ? [.ok(Self.subject, "\(ServiceUnit.current.service) runs")] : found
    }

    /// A warning if systemd has not read the changed files of the units.
    private var files: CheckResult? {
        let changed = [service, socket].compactMap(\.self).filter(\.needsReload)
        guard let first = changed.first else { return nil }
        return .warning(
            Self.subject, "the files of \(first.name) have changed since systemd read them",
            hint: first.name == service.name
                ? DropIn.restart
                : "systemctl daemon-reload && systemctl restart \(ServiceUnit.current.socket) \(ServiceUnit.current)")
    }

    /// A warning if the service goes on with a program that an upgrade has replaced.
    private var program: CheckResult? {
        guard let process = service.process,
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe"),
            path.hasSuffix(" (deleted)")
        else { return nil }
        return .warning(
            Self.subject, "\(service.name) runs an earlier program, which an upgrade has replaced",
            hint:
                "\(ServiceUnit.current.command) check --configuration-only && systemctl restart \(ServiceUnit.current)")
    }

    private var socketResult: CheckResult? {
        guard let socket else { return nil }
        if let blocked = blocked(socket) { return blocked }
        guard !socket.isActive else { return nil }
        let reason = socket.value("ActiveState") == "failed" ? "has failed\(cause(of: socket))" : "is stopped"
        return .error(
            Self.subject, "\(socket.name) \(reason), so the web server cannot reach bellpull", hint: Self.start)
    }

    private var serviceResult: CheckResult? {
        if let blocked = blocked(service) { return blocked }
        switch (service.value("ActiveState"), service.value("SubState")) {
        case ("failed", _):
            return .error(Self.subject, "\(service.name) has failed\(cause(of: service))", hint: remedy)
        case ("activating", "auto-restart"), ("activating", "auto-restart-queued"):
            return .error(
                Self.subject, "\(service.name) ends again and again\(cause(of: service))", hint: remedy)
        case ("inactive", _), ("deactivating", _):
            guard socket?.isActive == true else {
                return .error(Self.subject, "\(service.name) is stopped", hint: Self.start)
            }
            return .warning(
                Self.subject, "\(service.name) is stopped until the next delivery, and catch-up with it",
                hint: "systemctl enable --now \(ServiceUnit.current)")
        default: return nil
        }
    }

    /// An error if systemd refuses to start the unit.
    private func blocked(_ unit: UnitState) -> CheckResult? {
        switch unit.value("LoadState") {
        case "masked":
            .error(
                Self.subject, "\(unit.name) is masked", hint: "systemctl unmask \(unit.name) && \(Self.start)")
        case "bad-setting", "error":
            .error(
                Self.subject, "systemd refuses the files of \(unit.name)",
                hint: "systemd-analyze verify \(unit.name) shows why; correct the files, then \(DropIn.restart)")
        default: nil
        }
    }

    /// Returns the reason for a failure in brackets, as far as systemd knows.
    private func cause(of unit: UnitState) -> String {
        let result = unit.value("Result") ?? "unknown"
        guard result == "exit-code", let status = unit.value("ExecMainStatus") else { return " (\(result))" }
        return " (exit status \(status)\(Self.causes[status].map { ": \($0)" } ?? ""))"
    }

    /// The command that installs the program again: with the package, or by hand.
    private static var installation: String {
        access("/usr/share/doc/bellpull/copyright", F_OK) == 0
            ? "apt-get install --reinstall ./bellpull_*.deb" : "install -m 755 PROGRAM /usr/local/bin/bellpull"
    }

    /// The remedy for a service that does not stay up.
    private var remedy: String {
        let restart = "systemctl restart \(ServiceUnit.current) || \(Self.logs)"
        return switch service.value("ExecMainStatus") {
        case "78": "\(ServiceUnit.current.command) check --offline && systemctl restart \(ServiceUnit.current)"
        case "203": "\(Self.installation) && systemctl restart \(ServiceUnit.current)"
        case "226":
            "mkdir -p \(missingPaths) && systemctl restart \(ServiceUnit.current)"
        default: restart
        }
    }

    /// The folders in `ReadWritePaths` that must exist; a minus before a folder says that it need not.
    private var missingPaths: String {
        let paths = service.words("ReadWritePaths").filter { !$0.hasPrefix("-") && !$0.hasPrefix("+-") }
        return paths.isEmpty ? "/srv" : paths.map { String($0.drop { $0 == "+" }) }.joined(separator: " ")
    }

    /// The meaning of exit statuses: Bellpull's own, and those that systemd sets itself (systemd.exec(5)).
    private static let causes = [
        "78": "the configuration is wrong", "203": "the program cannot be started", "200": "a folder is missing",
        "216": "the group does not exist", "217": "the user does not exist",
        "226": "a folder in ReadWritePaths is missing",
        "238": "the state folder cannot be made", "243": "a credential cannot be read",
    ]
}
