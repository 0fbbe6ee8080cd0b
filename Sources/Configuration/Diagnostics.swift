/// What was found wrong so far, and what should be otherwise.
struct Diagnostics: Sendable {
    private(set) var issues: [ConfigurationIssue] = []
    private(set) var warnings: [ConfigurationIssue] = []

    mutating func issue(_ place: String, _ message: String, hint: String? = nil, isUsage: Bool = false) {
        issues.append(ConfigurationIssue(place, message, hint: hint, isUsage: isUsage))
    }

    mutating func warning(_ place: String, _ message: String, hint: String? = nil) {
        warnings.append(ConfigurationIssue(place, message, hint: hint))
    }

    mutating func append(_ others: Diagnostics) {
        issues += others.issues
        warnings += others.warnings
    }
}
