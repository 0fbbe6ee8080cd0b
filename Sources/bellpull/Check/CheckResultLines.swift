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
        let line =
            terminal.styled(severity, result.severity.style) + Self.gap(Self.severityWidth - severity.count + 2)
            + terminal.styled(subject, .bold) + Self.gap(width - subject.count + 2) + result.message.escapedForDisplay
        guard let hint = result.hint else { return [line] }
        return [
            line, Self.gap(Self.severityWidth + width + 4) + terminal.styled("hint: ", .faint) + Self.escaped(hint),
        ]
    }

    private var summary: String {
        let errors = results.count { $0.severity == .error }
        let warnings = results.count { $0.severity == .warning }
        let counts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        let verdict = errors == 0 ? "nothing blocks deployments" : "some deployments are blocked"
        return ([verdict] + counts).joined(separator: ", ")
    }

    /// Returns `hint` in one line. A command to paste is never cut, and keeps its backslashes.
    private static func escaped(_ hint: String) -> String {
        hint.linesEscapedForDisplay.replacing("\n", with: "\\n")
    }

    private static let severityWidth = CheckResult.Severity.warning.rawValue.count

    private static func gap(_ width: Int) -> String { String(repeating: " ", count: max(width, 0)) }
}
