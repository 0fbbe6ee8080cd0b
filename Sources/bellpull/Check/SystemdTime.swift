/// Parses spans of time as systemd writes them (systemd.time(7)).
enum SystemdTime {
    /// Parses a span such as `15s`, `1min 30s`, `1min30s` or `90`, in seconds. Returns `nil` for `infinity` and for other
    /// words.
    static func span(_ text: String) -> Duration? {
        var total = Duration.zero
        var rest = text.drop(while: \.isWhitespace)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count).drop(while: \.isWhitespace)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count).drop(while: \.isWhitespace)
            guard let count = Double(number), let length = units[String(unit)] else { return nil }
            total += .milliseconds(Int64(min(count * length, 1e15)))
        }
        return total
    }

    /// The length of each unit in milliseconds.
    private static let units: [String: Double] = [
        "us": 0.001, "usec": 0.001, "ms": 1, "msec": 1, "": 1000, "s": 1000, "sec": 1000, "second": 1000,
        "seconds": 1000,
        "m": 60_000, "min": 60_000, "minute": 60_000, "minutes": 60_000, "h": 3_600_000, "hr": 3_600_000,
        "hour": 3_600_000, "hours": 3_600_000, "d": 86_400_000, "day": 86_400_000, "days": 86_400_000,
        "w": 604_800_000, "week": 604_800_000, "weeks": 604_800_000,
    ]
}
