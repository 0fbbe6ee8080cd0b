internal import Text

extension Section {
    /// The duration at `key`, which is longer than nothing.
    func duration(_ key: Key, default fallback: Duration, _ diagnostics: inout Diagnostics) -> Duration {
        guard let text = text(key, &diagnostics) else { return fallback }
        if let quantity = Quantity(text), !quantity.isZero, let duration = quantity.duration { return duration }
        refuse(text, key, &diagnostics)
        return fallback
    }

    /// The duration at `key`, where `0` with or without a unit is never.
    func interval(_ key: Key, default fallback: Duration?, _ diagnostics: inout Diagnostics) -> Duration? {
        guard let text = text(key, &diagnostics) else { return fallback }
        let quantity = Quantity(text)
        if let duration = quantity?.duration { return duration == .zero ? nil : duration }
        if text == "0" { return nil }
        refuse(text, key, &diagnostics)
        return fallback
    }

    private func refuse(_ text: String, _ key: Key, _ diagnostics: inout Diagnostics) {
        let value = text.isEmpty ? "empty" : text.escapedForDisplay
        let hint = Quantity.durationExamples + (key == .catchUp ? ", or 0 for never" : "")
        diagnostics.issue(place(of: key), "\(key.name) is \(value), which is not a duration", hint: hint)
    }
}
