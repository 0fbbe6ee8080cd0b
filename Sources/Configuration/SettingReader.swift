internal import Text

/// Reads general settings, each from its option, else from its environment variable, else from the main file, else the
/// default. After an error the reader returns the default, so that the next setting can be checked too.
struct SettingReader {
    private let source: ConfigurationSource
    /// The main file's section, if the file can be read.
    private let section: Section?
    private(set) var diagnostics = Diagnostics()

    /// Creates a reader of `source` and of the main file's `section`.
    init(_ source: ConfigurationSource, _ section: Section?) {
        self.source = source
        self.section = section
    }

    /// Returns the duration `key`, longer than 0.
    mutating func duration(_ key: Key, default fallback: Duration) -> Duration {
        guard let setting = setting(key) else { return fallback }
        if let quantity = Quantity(setting.text), !quantity.isZero, let duration = quantity.duration { return duration }
        refuse(setting, "is not a valid duration", hint: Quantity.durationHint)
        return fallback
    }

    /// Returns the size `key` in bytes, at most 1 GiB.
    mutating func size(_ key: Key, default fallback: Int) -> Int {
        guard let setting = setting(key) else { return fallback }
        if let quantity = Quantity(setting.text), !quantity.isZero, let size = quantity.size { return size }
        refuse(setting, "is not a valid size", hint: Quantity.sizeHint)
        return fallback
    }

    /// Returns the duration `key` of the main file, or `nil` for `0`, which means never.
    mutating func interval(_ key: Key, default fallback: Duration) -> Duration? {
        section.map { $0.interval(key, default: fallback, &diagnostics) } ?? fallback
    }

    /// Returns the number `key` of the main file.
    mutating func number(_ key: Key, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        section?.number(key, in: range, &diagnostics) ?? fallback
    }

    /// Returns whether HMAC-SHA1 is enough to verify a delivery. The command line and the environment can only refuse.
    mutating func acceptsSHA1() -> Bool {
        let written = section?.flag(.acceptSHA1, &diagnostics) ?? true
        return !source.refusesSHA1 && !isOn("BELLPULL_NO_SHA1") && written
    }

    private struct Setting {
        let text: String
        /// The name of the option, the variable or the key.
        let name: String
        let place: String
        var isUsage = false
    }

    private mutating func setting(_ key: Key) -> Setting? {
        // Read even where an option or a variable outranks the file, so that the value's type is checked.
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

    private mutating func refuse(_ setting: Setting, _ fact: String, hint: String) {
        let fact = setting.text.isEmpty ? "is empty" : "\(fact): \(setting.text.escapedForDisplay)"
        diagnostics.error(at: setting.place, "\(setting.name) \(fact)", hint: hint, isUsage: setting.isUsage)
    }

    /// Returns whether the environment variable `name` is set to yes.
    private mutating func isOn(_ name: String) -> Bool {
        guard let text = source.variable(name) else { return false }
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default:
            diagnostics.error(
                at: name, "\(name) is not yes or no: \(text.escapedForDisplay)", hint: "\(name)=yes or \(name)=no")
            return false
        }
    }
}
