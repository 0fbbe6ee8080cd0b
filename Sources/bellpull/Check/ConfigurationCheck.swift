import Configuration
import Foundation
import Text

/// What is wrong in the files and the environment, and what only this user or the service can see of them.
struct ConfigurationCheck {
    /// The configuration, as far as it can be used.
    let configuration: Configuration
    private let issues: [ConfigurationIssue]
    private let source: ConfigurationSource
    private let user = NSUserName()

    private static let subject = "configuration"

    /// Reads the configuration that `source` describes.
    init(_ source: ConfigurationSource) {
        self.source = source
        (configuration, issues) = Configuration.loadCollectingIssues(source)
    }

    /// What was found, when it was read by whoever began this, and when it is read again by whom the process became since.
    func results() -> [CheckResult] {
        var results = [missingVariables].compactMap(\.self) + issues.map { CheckResult($0, .error) }
        if NSUserName() != user {
            let others = Configuration.loadCollectingIssues(source).issues.filter { !issues.contains($0) }
            results += others.map { CheckResult($0, .error) }
        }
        let isWrong = results.contains { $0.severity == .error }
        results += configuration.warnings.map { CheckResult($0, .warning) }
        return results + (isWrong ? [] : [.ok(Self.subject, summary)])
    }

    private var summary: String {
        let count = configuration.sites.count
        let place = configuration.isOfEnvironment ? "REPO_PATH" : mainFile
        return "\(place): \(count) site\(count == 1 ? "" : "s"), answers within \(configuration.answerWithin.spoken)"
    }

    private var mainFile: String {
        let variable = source.environment["BELLPULL_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        return source.mainFile ?? variable ?? source.fallbackMainFile
    }

    /// The variables that the service gets from a file beside the main file, and that are not set here.
    private var missingVariables: CheckResult? {
        let path = URL(fileURLWithPath: mainFile).deletingLastPathComponent().path + "/environment"
        guard access(path, F_OK) == 0 else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            guard !issues.isEmpty else { return nil }
            return .warning(
                Self.subject, "the service has variables from \(path), which \(user) cannot read",
                hint: "run bellpull check as root")
        }
        let names = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("#") && !$0.hasPrefix(";") }
            .compactMap { line in line.firstIndex(of: "=").map { line[..<$0].trimmingCharacters(in: .whitespaces) } }
            .filter { source.environment[$0] == nil }
        guard !names.isEmpty else { return nil }
        return .warning(
            Self.subject, "\(names.joined(separator: ", ")) of \(path), which the service has, is not set here",
            hint: "(set -a; . \(path); bellpull check)")
    }
}
