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

    /// Returns the issues of the configuration. If the process has switched to another user since `init`, reads the
    /// configuration again, as the new user may not be able to read all files.
    func results() -> [CheckResult] {
        var results = [unreadVariables].compactMap(\.self) + issues.map { CheckResult($0, .error) }
        if NSUserName() != user {
            let issuesOfService = Configuration.loadCollectingIssues(source).issues.filter { !issues.contains($0) }
            results += issuesOfService.map { CheckResult($0, .error) }
        }
        let hasErrors = results.contains { $0.severity == .error }
        results += configuration.warnings.map { CheckResult($0, .warning) } + [unusedSecret].compactMap(\.self)
        results += SitesFolderCheck(folder: "\(folder)/sites").results
        return results + (hasErrors ? [] : [.ok(Self.subject, summary)])
    }

    private var summary: String {
        let count = configuration.sites.count
        let place = configuration.isOfEnvironment ? "REPO_PATH" : mainFile
        return "\(place): \(count) site\(count == 1 ? "" : "s"), replies within \(configuration.answerWithin.spoken)"
    }

    private var mainFile: String {
        let variable = source.environment["BELLPULL_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        return source.mainFile ?? variable ?? source.fallbackMainFile
    }

    /// The folder of the main file.
    private var folder: String { URL(fileURLWithPath: mainFile).deletingLastPathComponent().path }

    /// A warning about the service's environment file, if the file may hold what is missing.
    private var unreadVariables: CheckResult? {
        guard environmentFile.isUnreadable, !issues.isEmpty else { return nil }
        return .warning(
            Self.subject, "\(source.environmentFile), the environment file of the service, cannot be read by \(user)",
            hint: "run bellpull check as root")
    }

    /// A warning about GITHUB_SECRET, if the main file names other secrets.
    private var unusedSecret: CheckResult? {
        guard source.environment["GITHUB_SECRET"]?.isEmpty == false,
            let data = FileManager.default.contents(atPath: mainFile),
            let key = Self.secretKey(in: String(decoding: data, as: UTF8.self))
        else { return nil }
        let path = source.environmentFile
        return .warning(
            Self.subject, "GITHUB_SECRET is set, but bellpull uses \(key) of \(mainFile) instead",
            hint: EnvironmentFile(at: path).variables["GITHUB_SECRET"] == nil
                ? "unset GITHUB_SECRET"
                : "sed -i '/^ *GITHUB_SECRET\\(_OLD\\)\\? *=/d' \(path.quotedForShell) && systemctl restart bellpull")
    }

    /// Returns the key of the shared secret in the main file `text`, unless the key names GITHUB_SECRET itself.
    private static func secretKey(in text: String) -> String? {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
        let line = lines.prefix { !$0.hasPrefix("[") }.first {
            $0.hasPrefix("secret_file") || $0.hasPrefix("secret_variable")
        }
        guard let line, !line.contains("\"GITHUB_SECRET\"") else { return nil }
        return line.hasPrefix("secret_file") ? "secret_file" : "secret_variable"
    }
}
