/// What was found wrong so far, and what should be otherwise.
struct Diagnostics: Sendable {
    private(set) var mistakes: [Mistake] = []
    private(set) var warnings: [Mistake] = []

    mutating func mistake(_ place: String, _ message: String, hint: String? = nil, isUsage: Bool = false) {
        mistakes.append(Mistake(place, message, hint: hint, isUsage: isUsage))
    }

    mutating func warning(_ place: String, _ message: String, hint: String? = nil) {
        warnings.append(Mistake(place, message, hint: hint))
    }

    mutating func append(_ others: Diagnostics) {
        mistakes += others.mistakes
        warnings += others.warnings
    }
}
