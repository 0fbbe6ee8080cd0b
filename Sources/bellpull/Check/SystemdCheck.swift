import Configuration
import Foundation

/// Checks whether the service's sandbox lets Bellpull write to the sites.
///
/// The sandbox applies only to the service, so a command such as `bellpull deploy` cannot detect the problem.
struct SystemdCheck {
    private let unit: SystemdUnit

    init(_ unit: SystemdUnit) {
        self.unit = unit
    }

    /// The user of the service, if the unit names a user.
    var user: String? { unit.value("User") }

    /// The names of the service's credentials (systemd.exec(5)).
    var credentials: Set<String> {
        let keys = ["LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted"]
        return Set(keys.flatMap(unit.words).map { word in String(word.prefix { $0 != ":" }) })
    }

    func results(of sites: [SiteSettings]) -> [CheckResult] {
        let found = [account].compactMap(\.self) + sites.flatMap(results)
        guard found.isEmpty, !sites.isEmpty else { return found }
        return [.ok("systemd", "bellpull.service may write to \(sites.count == 1 ? "the site" : "all sites")")]
    }

    /// An error if the service's user does not exist.
    private var account: CheckResult? {
        guard let user, Account(user) == nil, unit.value("DynamicUser") ?? "no" == "no" else { return nil }
        return .error(
            "systemd", "bellpull.service runs as \(user), but the user \(user) does not exist",
            hint: "useradd --system --home-dir /var/lib/bellpull --shell /usr/sbin/nologin \(user)")
    }

    private func results(of site: SiteSettings) -> [CheckResult] {
        let path = Self.resolved(site.path)
        let homes = ["/home", "/root", "/run/user"]
        let writable = unit.words("ReadWritePaths").map { String($0.drop { "-+".contains($0) }) }
        // ReadWritePaths has no effect on folders hidden by ProtectHome.
        if unit.value("ProtectHome") ?? "no" != "no", homes.contains(where: { Self.isWithin(path, $0) }) {
            return [
                .warning(
                    site.name, "bellpull.service hides \(site.path) from bellpull (ProtectHome)",
                    hint: "systemctl edit bellpull, add [Service] ProtectHome=no, then systemctl restart bellpull")
            ]
        }
        guard unit.value("ProtectSystem") == "strict", !writable.contains(where: { Self.isWithin(path, $0) }) else {
            return []
        }
        return [
            .warning(
                site.name, "bellpull.service does not let bellpull write to \(site.path) (ProtectSystem=strict)",
                hint:
                    "systemctl edit bellpull, add [Service] ReadWritePaths=\(site.path), then systemctl restart bellpull"
            )
        ]
    }

    private static func isWithin(_ path: String, _ folder: String) -> Bool {
        let folder = resolved(folder)
        return path == folder || folder == "/" || path.hasPrefix("\(folder)/")
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
}
