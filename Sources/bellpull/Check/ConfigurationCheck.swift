import Configuration
import Foundation
import Text

/// Checks the configuration files and the environment, as seen by this user and by the service.
struct ConfigurationCheck {
    /// The valid part of the configuration.
    let configuration: Configuration
    private let issues: [ConfigurationIssue]
    private let source: ConfigurationSource
    private let user = NSUserName()

    private static let subject = "configuration"

    /// Reads the configuration from `source`.
    init(_ source: ConfigurationSource) {
        self.source = source
        let (configuration, issues) = Configuration.loadCollectingIssues(source)
        let names = SiteNames(in: StateDirectory(environment: source.environment))
        self.configuration = names.apply(to: configuration, claims: false)
        self.issues = issues
    }

    /// Returns the issues of the configuration. If the process has switched to another user since `init`, reads the
    /// configuration again, as the new user may not be able to read all files.
    func results() -> [CheckResult] {
        var results = [missingVariables].compactMap(\.self) + issues.map { CheckResult($0, .error) }
        if NSUserName() != user {
            let issuesOfService = Configuration.loadCollectingIssues(source).issues.filter { !issues.contains($0) }
            results += issuesOfService.map { CheckResult($0, .error) }
        }
        let hasErrors = results.contains { $0.severity == .error }
        results += configuration.warnings.map { CheckResult($0, .warning) }
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

    /// A warning about variables in the service's environment file, if the environment of bellpull check lacks them.
    private var missingVariables: CheckResult? {
        let path = URL(fileURLWithPath: mainFile).deletingLastPathComponent().path + "/environment"
        guard access(path, F_OK) == 0 else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            guard !issues.isEmpty else { return nil }
            return .warning(
                Self.subject, "\(path), the environment file of the service, cannot be read by \(user)",
                hint: "run bellpull check as root")
        }
        let names = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("#") && !$0.hasPrefix(";") }
            .compactMap { line in line.firstIndex(of: "=").map { line[..<$0].trimmingCharacters(in: .whitespaces) } }
            .filter { source.environment[$0] == nil }
        guard !names.isEmpty else { return nil }
        return .warning(
            Self.subject, "\(path) sets \(names.joined(separator: ", ")) for the service, but this shell does not",
            hint: "(set -a; . \(path); bellpull check)")
    }
}
