import Text

/// Findings as people read them: a line each, in columns that align, and the way out on a line of its own.
struct FindingLines {
    private let findings: [Finding]
    private let terminal: Terminal

    init(_ findings: [Finding], on terminal: Terminal) {
        self.findings = findings
        self.terminal = terminal
    }

    var lines: [String] {
        let width = findings.map(\.subject.shown.count).max() ?? 0
        return findings.flatMap { lines(for: $0, subjectWidth: width) } + ["", summary]
    }

    private func lines(for finding: Finding, subjectWidth width: Int) -> [String] {
        let severity = finding.severity.rawValue
        let subject = finding.subject.shown
        let line =
            terminal.styled(severity, finding.severity.style) + Self.gap(Self.severityWidth - severity.count + 2)
            + terminal.styled(subject, .bold) + Self.gap(width - subject.count + 2) + finding.message.shown
        guard let hint = finding.hint else { return [line] }
        return [line, Self.gap(Self.severityWidth + width + 4) + terminal.styled("hint: ", .faint) + hint.shown]
    }

    private var summary: String {
        let errors = findings.count { $0.severity == .error }
        let warnings = findings.count { $0.severity == .warning }
        let counts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        let verdict = errors == 0 ? "nothing keeps pushes from being deployed" : "pushes will not all be deployed"
        return ([verdict] + counts).joined(separator: ", ")
    }

    private static let severityWidth = Finding.Severity.warning.rawValue.count

    private static func gap(_ width: Int) -> String { String(repeating: " ", count: max(width, 0)) }
}
