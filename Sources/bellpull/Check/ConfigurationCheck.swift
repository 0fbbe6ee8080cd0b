import Configuration
import Foundation
import Text

/// Checks the configuration files and the environment, as seen by this user and by the service.
struct ConfigurationCheck {
    /// The valid part of the configuration.
    let configuration: Configuration
    /// Whether deliveries may come to the shared hook: there is a shared secret, or only the service can read it.
    let hasSharedHook: Bool
    private let issues: [ConfigurationIssue]
    private let source: ConfigurationSource
    private let environmentFile: EnvironmentFile
    private let user = NSUserName()

    private static let subject = "configuration"

    /// Reads the configuration from `source` and from the service's environment file.
    init(_ source: ConfigurationSource) {
        var source = source
        environmentFile = source.addEnvironmentFile()
        let state = StateDirectory(environment: source.environment)
        source.sitesInUse = state.sitesInUse
        self.source = source
        let (configuration, issues) = Configuration.loadCollectingIssues(source)
        let names = SiteNames(in: state)
        self.configuration = names.apply(to: configuration, claims: false)
        self.issues = issues
        hasSharedHook = configuration.secrets != nil || source.unseenCredentials?.contains("secret") == true
    }

    /// Reads the configuration again if the process has switched to the user of the service since `init`: the service may not
    /// be able to read all files. Returns the earlier reading for the same user.
    func readAsService() -> Reading {
        guard NSUserName() != user else { return Reading(configuration: configuration, issues: issues) }
        let (configuration, issues) = Configuration.loadCollectingIssues(source)
        let names = SiteNames(in: StateDirectory(environment: source.environment))
        return Reading(configuration: names.apply(to: configuration, claims: false), issues: issues)
    }

    /// Returns the issues of the configuration.
    ///
    /// - Parameter reading: the configuration as the service reads it.
    func results(_ reading: Reading) -> [CheckResult] {
        var results = [unreadVariables].compactMap(\.self) + issues.map { CheckResult($0, .error) }
        results += reading.issues.filter { !issues.contains($0) }.map { CheckResult($0, .error) }
        let hasErrors = results.contains { $0.severity == .error }
        results += configuration.warnings.map { CheckResult($0, .warning) } + [unusedSecret].compactMap(\.self)
        results += SitesFolderCheck(folder: "\(folder)/sites").results
        return results + (hasErrors ? [] : [.ok(Self.subject, summary)])
    }

    /// Returns how the settings of the running service differ from the files. Returns nothing if no service runs, or if a
    /// mistake outside the sites' own settings, which is told already, keeps the files from being loaded.
    ///
    /// - Parameters:
    ///   - reading: the configuration as the service reads it.
    ///   - names: the sites to compare; empty for all sites.
    func differences(
        _ reading: Reading, _ names: [String], _ state: StateDirectory, _ unit: SystemdUnit?
    ) -> [CheckResult] {
        guard reading.issues.count == reading.configuration.issuesOfSites.count,
            let loaded = LoadedCheck.loaded(in: state)
        else { return [] }
        let files = unit?.words("EnvironmentFile").map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 } ?? []
        let check = LoadedCheck(
            loaded: loaded, files: reading.configuration, mainFile: mainFile,
            environmentFile: files.first { $0 == source.environmentFile },
            reload: unit == nil ? "\(ServiceUnit.current.command) reload" : "systemctl reload \(ServiceUnit.current)")
        return check.results(names)
    }

    /// A reading of the configuration.
    struct Reading {
        let configuration: Configuration
        let issues: [ConfigurationIssue]
    }

    private var summary: String {
        let count = configuration.sites.count
        let place = configuration.isOfEnvironment ? "REPO_PATH" : mainFile
        return "\(place): \(count) site\(count == 1 ? "" : "s"), replies within \(configuration.answerWithin.spoken)"
    }

    private var mainFile: String { source.mainFilePath }

    /// The folder of the main file.
    private var folder: String { URL(fileURLWithPath: mainFile).deletingLastPathComponent().path }

    /// A warning about the service's environment file, if the file may hold what is missing.
    private var unreadVariables: CheckResult? {
        guard environmentFile.isUnreadable, !issues.isEmpty else { return nil }
        return .warning(
            Self.subject, "\(source.environmentFile), the environment file of the service, cannot be read by \(user)",
            hint: "run \(ServiceUnit.current.command) check as root")
    }

    /// A warning about GITHUB_SECRET, if the main file names other secrets.
    private var unusedSecret: CheckResult? {
        guard source.environment["GITHUB_SECRET"]?.isEmpty == false, let used = configuration.secretSource,
            used != .variable("GITHUB_SECRET")
        else { return nil }
        let path = source.environmentFile
        return .warning(
            Self.subject, "GITHUB_SECRET is set, but bellpull uses \(used.key) of \(mainFile) instead",
            hint: EnvironmentFile(at: path).variables["GITHUB_SECRET"] == nil
                ? "unset GITHUB_SECRET"
                : "sed -i '/^ *GITHUB_SECRET\\(_OLD\\)\\? *=/d' \(path.quotedForShell) && systemctl restart \(ServiceUnit.current)"
        )
    }
}
