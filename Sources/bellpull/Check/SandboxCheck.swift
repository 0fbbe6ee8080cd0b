import Configuration
import Foundation
import Text

/// Checks whether the service's sandbox lets Bellpull write to the sites.
///
/// The sandbox applies only to the service, so a command such as `bellpull deploy` cannot detect the problem.
struct SandboxCheck {
    /// The files of the unit; `nil` if no file is readable.
    let files: SystemdUnit?
    /// The settings in force; `nil` if systemd does not know the service or was not asked.
    let state: UnitState?
    /// The mounts of the running service; `nil` if the service does not run.
    let mounts: MountTable?

    func results(of sites: [SiteSettings]) -> [CheckResult] {
        guard files != nil || state != nil else { return [] }
        let found = sites.compactMap(result)
        guard found.isEmpty, !sites.isEmpty else { return found }
        return [.ok("systemd", "bellpull.service may write to \(sites.count == 1 ? "the site" : "all sites")")]
    }

    private func result(of site: SiteSettings) -> CheckResult? {
        let path = URL(fileURLWithPath: site.path).resolvingSymlinksInPath().path
        let access = mounts?.access(to: path) ?? state?.access(to: path) ?? files?.access(to: path) ?? .writable
        // A disk that is read-only for everybody is no matter of the sandbox.
        guard access != .writable, Foundation.access(path, W_OK) == 0 || errno != EROFS else { return nil }
        let fact =
            access == .hidden
            ? "hides \(site.path) from bellpull (ProtectHome)"
            : "does not let bellpull write to \(site.path) (ProtectSystem=strict)"
        // The files may allow by now what the running service may not yet.
        if mounts != nil || state != nil, let files, files.access(to: path) == .writable {
            return .error(
                site.name, "bellpull.service \(fact), as its unit has changed since the start", hint: DropIn.restart)
        }
        return .error(site.name, "bellpull.service \(fact)", hint: Self.dropIn(for: site, path, access))
    }

    private static func dropIn(for site: SiteSettings, _ path: String, _ access: MountTable.Access) -> String {
        let home = access == .hidden ? ["ProtectHome=no"] : []
        // With the hyphen, the service starts without the folder too, as after the removal of the site.
        return DropIn.command(
            ["[Service]"] + home + ["ReadWritePaths=\(DropIn.word("-\(path)"))"], to: "bellpull.service",
            named: site.name,
            then: DropIn.restart)
    }
}
