internal import Text

/// Reads single settings: an option if it was given, or else its environment variable, or else the main file, or else
/// the default. What is wrong with one is noted, and the default taken, so that the next can be looked at.
struct SettingReader {
    private let source: ConfigurationSource
    /// The main file, if there is one that can be read.
    private let section: Section?
    private(set) var diagnostics = Diagnostics()

    /// Reads from `source` and the main file's `section`.
    init(_ source: ConfigurationSource, _ section: Section?) {
        self.source = source
        self.section = section
    }

    /// The duration `key`, which is longer than nothing.
    mutating func duration(_ key: Key, default fallback: Duration) -> Duration {
        guard let setting = setting(key) else { return fallback }
        if let quantity = Quantity(setting.text), !quantity.isZero, let duration = quantity.duration { return duration }
        refuse(setting, as: "a duration", hint: Quantity.durationExamples)
        return fallback
    }

    /// The size `key` in bytes, up to 1 GiB.
    mutating func size(_ key: Key, default fallback: Int) -> Int {
        guard let setting = setting(key) else { return fallback }
        if let quantity = Quantity(setting.text), !quantity.isZero, let size = quantity.size { return size }
        refuse(setting, as: "a size up to 1GiB", hint: Quantity.sizeExamples)
        return fallback
    }

    /// The duration `key` of the main file, where `0` is never.
    mutating func interval(_ key: Key, default fallback: Duration) -> Duration? {
        section.map { $0.interval(key, default: fallback, &diagnostics) } ?? fallback
    }

    /// The number `key` of the main file.
    mutating func number(_ key: Key, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        section?.number(key, in: range, &diagnostics) ?? fallback
    }

    /// Whether HMAC-SHA1 alone is proof enough. The command line and the environment can only say no.
    mutating func acceptsSHA1() -> Bool {
        let written = section?.flag(.acceptSHA1, &diagnostics) ?? true
        return !source.refusesSHA1 && !isOn("BELLPULL_NO_SHA1") && written
    }

    private struct Setting {
        let text: String
        /// What the text was given to: an option, a variable or a key.
        let name: String
        let place: String
        var isUsage = false
    }

    private mutating func setting(_ key: Key) -> Setting? {
        // Read in any case, so that its type is checked even where it is outranked.
        let written = section?.text(key, &diagnostics)
        let option = key.name.replacing("_", with: "-")
        if let text = source.options[option] {
            return Setting(text: text, name: "--\(option)", place: "--\(option)", isUsage: true)
        }
        let variable = "BELLPULL_\(key.name.uppercased())"
        if Self.hasVariable.contains(key), let text = source.variable(variable) {
            return Setting(text: text, name: variable, place: variable)
        }
        guard let section, let written else { return nil }
        return Setting(text: written, name: key.name, place: section.place(of: key))
    }

    private static let hasVariable: Set<Key> = [.answerWithin, .timeout, .drain, .bodyLimit]

    private mutating func refuse(_ setting: Setting, as kind: String, hint: String) {
        let value = setting.text.isEmpty ? "empty" : setting.text.escapedForDisplay
        diagnostics.issue(
            setting.place, "\(setting.name) is \(value), which is not \(kind)", hint: hint, isUsage: setting.isUsage)
    }

    /// Whether the environment variable `name` turns a switch on.
    private mutating func isOn(_ name: String) -> Bool {
        guard let text = source.variable(name) else { return false }
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default:
            diagnostics.issue(name, "\(name) is \(text.escapedForDisplay), which is neither yes nor no", hint: "1 or 0")
            return false
        }
    }
}
