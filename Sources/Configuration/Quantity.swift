/// A number with a unit, such as `4s` or `25MiB`.
struct Quantity {
    private let number: Int
    private let unit: Substring

    /// Parses `text`; `nil` without a number.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        self.number = number
        unit = text[digits.endIndex...]
    }

    /// The duration, such as `500ms`, `4s`, `5m`, `1h` or `90d`; `nil` without a unit of time, or for a number of a
    /// million or more.
    var duration: Duration? {
        guard let scale = Self.durations[unit], number < 1_000_000 else { return nil }
        return scale * number
    }

    /// The size in bytes, such as `512KiB` or `25MiB`; `nil` for another unit or for more than 1 GiB.
    var size: Int? {
        guard let scale = Self.sizes[unit], number <= Self.largest / scale else { return nil }
        return number * scale
    }

    /// The remedy for an invalid duration.
    static let durationHint = "write 1 to 999999 and a unit, such as 500ms, 4s, 5m, 1h or 90d"
    /// The remedy for an invalid size.
    static let sizeHint = "write a size from 1B to 1GiB, such as 512KiB or 25MiB"

    /// Whether the number is 0.
    var isZero: Bool { number == 0 }

    private static let largest = 1 << 30
    private static let durations: [Substring: Duration] = [
        "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3600), "d": .seconds(86_400),
    ]
    private static let sizes: [Substring: Int] = ["": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
}

extension Duration {
    /// Parses a duration as the files have it, such as `500ms`, `4s`, `5m`, `1h` or `90d`; `nil` for any other text.
    public init?(setting text: String) {
        guard let duration = Quantity(text)?.duration else { return nil }
        self = duration
    }
}
