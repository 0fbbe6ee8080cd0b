/// A number and its unit, as in `4s` or `25MiB`.
struct Quantity {
    private let number: Int
    private let unit: Substring

    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        self.number = number
        unit = text[digits.endIndex...]
    }

    /// The duration, such as `500ms`, `4s`, `5m`, `1h` or `90d`, or `nil` if it is none: without a unit, or a million of
    /// them or more.
    var duration: Duration? {
        guard let scale = Self.durations[unit], number < 1_000_000 else { return nil }
        return scale * number
    }

    /// The size in bytes, such as `512KiB` or `25MiB`, or `nil` if it is none or more than 1 GiB.
    var size: Int? {
        guard let scale = Self.sizes[unit], number <= Self.largest / scale else { return nil }
        return number * scale
    }

    /// How durations are written, for hints.
    static let durationExamples = "such as 500ms, 4s, 5m, 1h or 90d"
    /// How sizes are written, for hints.
    static let sizeExamples = "such as 512KiB or 25MiB"

    /// Whether it is nothing, whatever the unit.
    var isZero: Bool { number == 0 }

    private static let largest = 1 << 30
    private static let durations: [Substring: Duration] = [
        "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3600), "d": .seconds(86_400),
    ]
    private static let sizes: [Substring: Int] = ["": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
}
