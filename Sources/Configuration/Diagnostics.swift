internal import Text

/// Collects the errors and the warnings of a configuration.
struct Diagnostics: Sendable {
    private(set) var errors: [ConfigurationIssue] = []
    /// Settings that work but should be changed.
    private(set) var warnings: [ConfigurationIssue] = []

    mutating func error(at place: String, _ explanation: Explanation) {
        errors.append(ConfigurationIssue(place, explanation))
    }

    mutating func error(_ issue: ConfigurationIssue) { errors.append(issue) }

    /// Adds an error. `isUsage` means an error on the command line.
    mutating func error(at place: String, _ message: String, hint: String, isUsage: Bool = false) {
        errors.append(ConfigurationIssue(place, message, hint: hint, isUsage: isUsage))
    }

    mutating func warning(at place: String, _ message: String, hint: String) {
        warnings.append(ConfigurationIssue(place, message, hint: hint))
    }

    mutating func append(warningsOf others: Diagnostics) { warnings += others.warnings }

    mutating func append(_ others: Diagnostics) {
        errors += others.errors
        warnings += others.warnings
    }
}
