import Text

/// Formats check results for people: one line per result, in aligned columns, and each hint on a separate line.
struct CheckResultLines {
    private let results: [CheckResult]
    private let terminal: Terminal

    init(_ results: [CheckResult], on terminal: Terminal) {
        self.results = results
        self.terminal = terminal
    }

    var lines: [String] {
        let width = results.map(\.subject.escapedForDisplay.count).max() ?? 0
        return results.flatMap { lines(for: $0, subjectWidth: width) } + ["", summary]
    }

    private func lines(for result: CheckResult, subjectWidth width: Int) -> [String] {
        let severity = result.severity.rawValue
        let subject = result.subject.escapedForDisplay
        let indentation = Self.severityWidth + width + 4
        let start =
            terminal.styled(severity, result.severity.style) + Self.gap(Self.severityWidth - severity.count + 2)
            + terminal.styled(subject, .bold) + Self.gap(width - subject.count + 2)
        let message = result.message.escapedForDisplay.wrapped(toWidth: terminal.width, indentedBy: indentation)
        let lines = message.enumerated().map { ($0 == 0 ? start : Self.gap(indentation)) + $1 }
        guard let hint = result.hint else { return lines }
        // A hint stays in one line, so that a command can be copied whole.
        return lines + [Self.gap(indentation) + terminal.styled("hint: ", .faint) + hint.remedyEscapedForDisplay]
    }

    private var summary: String {
        let errors = results.count { $0.severity == .error }
        let warnings = results.count { $0.severity == .warning }
        let counts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        let verdict = errors == 0 ? "nothing blocks deployments" : "some deployments are blocked"
        return ([verdict] + counts).joined(separator: ", ")
    }

    private static let severityWidth = CheckResult.Severity.warning.rawValue.count

    private static func gap(_ width: Int) -> String { String(repeating: " ", count: max(width, 0)) }
}
