import Configuration
import Deploy

/// The result of one check.
struct CheckResult: Encodable {
    /// The effect of the result on deployments.
    enum Severity: String, Encodable {
        /// No problem was found.
        case ok
        /// Deployments work, but a setting should be changed; or the check could not be completed.
        case warning
        /// A problem blocks deployments.
        case error
    }

    let severity: Severity
    /// The name of a site, or another subject: `git`, `ledger`, `nginx`.
    let subject: String
    /// The fact, in one line.
    let message: String
    /// The remedy.
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
    /// Creates a result of the severity `severity` from an issue in the configuration.
    init(_ issue: ConfigurationIssue, _ severity: Severity) {
        self.init(severity: severity, subject: "configuration", message: issue.text, hint: issue.hint)
    }

    /// Creates an error from the reason why the ledger cannot be used.
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
