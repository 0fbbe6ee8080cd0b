import Configuration
import Text

/// The result of a reload, for a person.
struct ReloadReport {
    private let loaded: LoadedConfiguration

    /// The most names in one line.
    private static let limit = 10

    /// Creates a report on what the service has loaded.
    init(_ loaded: LoadedConfiguration) {
        self.loaded = loaded
    }

    /// The line after a reload without mistakes.
    var summary: String {
        let count = loaded.sites.count
        return "reloaded, \(count) site\(count == 1 ? "" : "s")"
    }

    /// The lines of the warnings.
    var warnings: String {
        loaded.warnings.map { warning in
            let hint = warning.escapedHint.map { "bellpull: hint: \($0)\n" } ?? ""
            return "bellpull: warning: \(warning.text)\n\(hint)"
        }.joined()
    }

    /// Returns the error after a reload with mistakes; `nil` if there were none.
    ///
    /// - Parameter withMistakes: whether to list the mistakes.
    func error(withMistakes: Bool) -> CommandError? {
        guard !loaded.mistakes.isEmpty else { return nil }
        let mistakes = withMistakes ? loaded.mistakes.map { Explanation($0.text, hint: $0.escapedHint) } : []
        let remedy =
            "correct the files, then \(ServiceUnit.current.command) reload; \(ServiceUnit.current.command) check lists the mistakes"
        return CommandError(.failure, mistakes + [Explanation(consequence, hint: remedy)])
    }

    private var consequence: String {
        guard loaded.isApplied else {
            return "nothing was reloaded; bellpull keeps all its earlier settings"
        }
        let kept = loaded.sites.filter { $0.state == .kept }.compactMap(\.name)
        let unusable = loaded.sites.filter { $0.state == .unusable }.map { $0.name ?? $0.place }
        let parts = [
            kept.isEmpty ? nil : "\(Self.list(kept)) \(kept.count == 1 ? "keeps its" : "keep their") earlier settings",
            unusable.isEmpty ? nil : "\(Self.list(unusable)) cannot be deployed",
        ]
        return (parts.compactMap(\.self) + ["everything else was reloaded"]).joined(separator: "; ")
    }

    private static func list(_ names: [String]) -> String {
        let others = names.count - limit
        return names.prefix(limit).map(\.printable).joined(separator: ", ") + (others > 0 ? " and \(others) more" : "")
    }
}

extension LoadedConfiguration.Issue {
    /// The place and the message, or only the message if the message names the place.
    fileprivate var text: String { (message.contains(place) ? message : "\(place): \(message)").printable }

    fileprivate var escapedHint: String? { hint?.printable }
}

extension String {
    /// The text without control characters: root prints what the service sends. The service has escaped its messages
    /// already, so that backslashes stay.
    fileprivate var printable: String { linesEscapedForDisplay }
}
