import Text
import Configuration
import FastCGI
import Foundation

/// Compares the settings that the running service has loaded with the settings that the files have now.
///
/// A time of modification after the last load tells of changes that `loaded.json` cannot show, such as another secret or
/// another command. A file
/// that was copied with an older time is then missed; the time of the change of the inode would also tell of each chmod(1).
struct LoadedCheck {
    /// The settings in use.
    let loaded: LoadedConfiguration
    /// The settings of the files, as the service would read them.
    let files: Configuration
    /// The path of the main file, whether the file exists or not.
    let mainFile: String
    /// The service's environment file, if systemd reads the file for the service.
    let environmentFile: String?
    /// The command that has the service load the files.
    let reload: String
    var now = Date()

    private static let subject = "configuration"
    private static let restart = "systemctl restart \(ServiceUnit.current)"
    /// The most sites to name.
    private static let namedSites = 5

    /// Returns what a running service with the state folder `state` has loaded; `nil` if no service runs, or if the service
    /// is still starting and the file is of an earlier process.
    static func loaded(in state: StateDirectory) -> LoadedConfiguration? {
        guard ListeningSocket.probe(path: "\(state.path)/\(ControlSocket.name)") == .accepted,
            let loaded = LoadedConfiguration(inFolder: state.path)
        else { return nil }
        return kill(loaded.pid, 0) == 0 || errno == EPERM ? loaded : nil
    }

    /// Returns the differences.
    ///
    /// - Parameter names: the sites to compare; empty for all sites.
    func results(_ names: [String] = []) -> [CheckResult] {
        guard isSameFile else {
            return [
                .warning(
                    Self.subject, "the running bellpull uses \(loaded.mainFile), and the check used \(mainFile)",
                    hint: "\(ServiceUnit.current.command) check --config \(loaded.mainFile.quotedForShell)")
            ]
        }
        let sites = siteResults(names.isEmpty ? nil : Set(names))
        let hidden = sites.dropFirst(Self.namedSites)
        let more =
            hidden.isEmpty
            ? []
            : [
                result(
                    hidden.contains { $0.severity == .error } ? .error : .warning, Self.subject,
                    "\(hidden.count) more sites differ in the files and in the running bellpull")
            ]
        let found = [failedLoad ?? newerMainFile, newerSecret, newerEnvironment].compactMap(\.self)
        let all = found + sites.prefix(Self.namedSites) + more
        return all.isEmpty ? [.ok(Self.subject, "the running bellpull has loaded these settings")] : all
    }

    // MARK: Sites

    private func siteResults(_ names: Set<String>?) -> [CheckResult] {
        let usable = Dictionary(loaded.sites.compactMap { site in site.name.map { ($0, site) } }) { first, _ in first }
        let present = files.sites.filter { names?.contains($0.name) ?? true }
        let rejected = Set(files.rejectedSites.map(\.name))
        let known = Set(files.sites.map(\.name))
        let gone = loaded.sites.filter { site in
            guard site.state != .unusable, let name = site.name, names?.contains(name) ?? true else { return false }
            // The mistakes of a rejected site are told already. A rejected site without a valid name may be any site.
            return !known.contains(name) && !rejected.contains(nil) && !rejected.contains(name)
        }
        return present.compactMap { result(of: $0, usable[$0.name]) }
            + gone.compactMap(\.name).map {
                result(.warning, $0, "the running bellpull still deploys this site, which is gone from the files")
            }
    }

    private func result(of site: SiteSettings, _ inUse: LoadedConfiguration.Site?) -> CheckResult? {
        guard let inUse else {
            return result(.error, site.name, "the running bellpull has not loaded this site from \(site.place)")
        }
        let lastRead = "when it was last read, \(time.relative(to: now))"
        guard inUse.state != .unusable else {
            return result(
                .error, site.name, "the running bellpull does not use this site, as the file had a mistake \(lastRead)")
        }
        let differences = Self.differences(site, inUse)
        if !differences.isEmpty {
            return result(
                .error, site.name,
                "the running bellpull has other settings than the files: \(differences.joined(separator: ", "))"
            )
        }
        if inUse.state == .kept, loaded.isApplied {
            return result(
                .warning, site.name,
                "the running bellpull keeps earlier settings, as the file had a mistake \(lastRead)")
        }
        let origin = SiteOrigin(name: site.name, place: inUse.place)
        guard origin == site.origin else {
            return result(
                .warning, site.name,
                "the running bellpull has loaded this site from \(origin.file), not from \(site.place)")
        }
        return newer(site)
    }

    /// Returns the settings that differ. A setting that only the clone tells is not compared.
    private static func differences(_ site: SiteSettings, _ inUse: LoadedConfiguration.Site) -> [String] {
        let pairs = [
            ("path", inUse.path, site.path), ("strategy", inUse.strategy, site.strategy.rawValue),
            ("ref", inUse.follows, site.follows?.description ?? inUse.follows),
            ("repository", inUse.repository, site.repository?.description ?? inUse.repository),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { "\($0.0) \($0.1 ?? "unknown") instead of \($0.2 ?? "unknown")" }
    }

    // MARK: Times of modification

    private var time: Date { Date(timeIntervalSince1970: TimeInterval(loaded.time)) }

    private var newerMainFile: CheckResult? { isNewer(mainFile) ? changed(Self.subject, mainFile) : nil }

    private var newerSecret: CheckResult? { newerSecret(Self.subject, files.secretSource) }

    private func newer(_ site: SiteSettings) -> CheckResult? {
        let file = site.origin.file
        if file != mainFile, isNewer(file) { return changed(site.name, file) }
        if let variables = site.steps.environmentFile, isNewer(variables) { return changed(site.name, variables) }
        return newerSecret(site.name, site.secretSource)
    }

    private func newerSecret(_ subject: String, _ source: SecretSource?) -> CheckResult? {
        guard case .file(let path) = source, isNewer(path) else { return nil }
        return changed(subject, path)
    }

    /// A running process keeps its environment.
    private var newerEnvironment: CheckResult? {
        guard let environmentFile, isNewer(environmentFile) else { return nil }
        return .warning(
            Self.subject, "\(environmentFile) has changed since the running bellpull started", hint: Self.restart)
    }

    private func changed(_ subject: String, _ path: String) -> CheckResult {
        result(.warning, subject, "\(path) has changed since the running bellpull read it, \(time.relative(to: now))")
    }

    /// Whether the file at `path` was modified after the last load. A time in the future says nothing: a clock was wrong.
    private func isNewer(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return status.st_mtim.tv_sec > loaded.time && TimeInterval(status.st_mtim.tv_sec) <= now.timeIntervalSince1970
    }

    // MARK: Everything

    /// A warning if the last load changed nothing, and the mistakes are not in the files any more.
    private var failedLoad: CheckResult? {
        guard !loaded.isApplied, !loaded.mistakes.isEmpty else { return nil }
        return result(
            .warning, Self.subject,
            "the running bellpull keeps all earlier settings, as the files had a mistake when they were last read, "
                + time.relative(to: now))
    }

    /// Whether the service and the check use one main file. A service may have been started in another folder, so that its
    /// relative path says nothing.
    private var isSameFile: Bool {
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return !loaded.mainFile.hasPrefix("/") || resolved(loaded.mainFile) == resolved(mainFile)
    }

    private func result(_ severity: CheckResult.Severity, _ subject: String, _ message: String) -> CheckResult {
        // Variables are read only at the start.
        let hint = files.isOfEnvironment ? Self.restart : reload
        return severity == .error
            ? .error(subject, message, hint: hint) : .warning(subject, message, hint: hint)
    }
}
