import Configuration
import Deploy

/// What an examination found of one subject.
struct CheckResult: Encodable {
    /// How bad it is.
    enum Severity: String, Encodable {
        /// As it should be.
        case ok
        /// Pushes are deployed, and something should be otherwise; or it cannot be told from here.
        case warning
        /// Something keeps pushes from being deployed.
        case error
    }

    let severity: Severity
    /// A site's name, or what else it is about: `git`, `ledger`, `nginx`.
    let subject: String
    /// What was found, in one line.
    let message: String
    /// The way out.
    let hint: String?

    static func ok(_ subject: String, _ message: String) -> CheckResult {
        CheckResult(severity: .ok, subject: subject, message: message, hint: nil)
    }

    static func warning(_ subject: String, _ message: String, hint: String) -> CheckResult {
        CheckResult(severity: .warning, subject: subject, message: message, hint: hint)
    }

    static func error(_ subject: String, _ message: String, hint: String?) -> CheckResult {
        CheckResult(severity: .error, subject: subject, message: message, hint: hint)
    }
}

extension CheckResult {
    /// What is wrong, or should be otherwise, in the configuration.
    init(_ issue: ConfigurationIssue, _ severity: Severity) {
        self.init(severity: severity, subject: "configuration", message: issue.text, hint: issue.hint)
    }

    /// Why the ledger cannot be used.
    init(_ error: LedgerError, subject: String) {
        self.init(severity: .error, subject: subject, message: error.message, hint: error.hint)
    }
}

extension CheckResult.Severity {
    var style: Terminal.Style {
        switch self {
        case .ok: .green
        case .warning: .yellow
        case .error: .red
        }
    }
}
