import Configuration
import Foundation

/// Whether the service's sandbox lets Bellpull at the sites. It holds for the service alone, so that nothing else shows it.
struct SystemdCheck {
    private let unit: SystemdUnit

    init(_ unit: SystemdUnit) {
        self.unit = unit
    }

    /// The user that the service runs as, if it says so.
    var user: String? { unit.value("User") }

    /// The credentials that the service has.
    var credentials: Set<String> {
        let keys = ["LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted"]
        return Set(keys.flatMap(unit.words).map { word in String(word.prefix { $0 != ":" }) })
    }

    func results(of sites: [SiteSettings]) -> [CheckResult] {
        let found = [account].compactMap(\.self) + sites.flatMap(results)
        guard found.isEmpty, !sites.isEmpty else { return found }
        return [.ok("systemd", "bellpull.service may write to \(sites.count == 1 ? "the site" : "all sites")")]
    }

    /// That its user is missing, if so.
    private var account: CheckResult? {
        guard let user, Account(user) == nil, unit.value("DynamicUser") ?? "no" == "no" else { return nil }
        return .error(
            "systemd", "bellpull.service runs as \(user), and there is no such user",
            hint: "useradd --system --home-dir /var/lib/bellpull --shell /usr/sbin/nologin \(user)")
    }

    private func results(of site: SiteSettings) -> [CheckResult] {
        let path = Self.resolved(site.path)
        let homes = ["/home", "/root", "/run/user"]
        let writable = unit.words("ReadWritePaths").map { String($0.drop { "-+".contains($0) }) }
        // ReadWritePaths does not bring back what ProtectHome hides.
        if unit.value("ProtectHome") ?? "no" != "no", homes.contains(where: { Self.isWithin(path, $0) }) {
            return [
                .warning(
                    site.name, "bellpull.service hides \(site.path) from bellpull (ProtectHome)",
                    hint: "systemctl edit bellpull: [Service] ProtectHome=no; then restart it")
            ]
        }
        guard unit.value("ProtectSystem") == "strict", !writable.contains(where: { Self.isWithin(path, $0) }) else {
            return []
        }
        return [
            .warning(
                site.name, "bellpull.service does not let bellpull write to \(site.path) (ProtectSystem=strict)",
                hint: "systemctl edit bellpull: [Service] ReadWritePaths=\(site.path); then restart it")
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
