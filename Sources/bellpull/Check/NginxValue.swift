/// Parses sizes and times as nginx writes them.
enum NginxValue {
    /// Parses a size, such as `1024`, `64k`, `25m` or `1g`.
    ///
    /// - Returns: The size in bytes, or `nil` if `text` is malformed or too large for an `Int`.
    static func size(_ text: String) -> Int? {
        let digits = text.prefix(while: isDigit)
        let factors = ["": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
        guard let count = Int(digits), let factor = factors[text.dropFirst(digits.count).lowercased()] else {
            return nil
        }
        return product(count, factor)
    }

    /// Parses a time, such as `30`, `500ms`, `30s`, `1m30s` or `1h 30m`. A number without a unit counts seconds.
    ///
    /// - Returns: The time, or `nil` if `text` is malformed or too large.
    static func time(_ text: String) -> Duration? {
        guard !text.isEmpty else { return nil }
        var total = Duration.zero
        var rest = text[...]
        while !rest.isEmpty {
            let digits = rest.prefix(while: isDigit)
            let unit = rest.dropFirst(digits.count).prefix { !isDigit($0) }
            rest = rest.dropFirst(digits.count + unit.count)
            guard let count = Int(digits), let factor = milliseconds[String(unit.filter { $0 != " " })],
                let time = product(count, factor)
            else { return nil }
            total += .milliseconds(time)
        }
        return total
    }

    /// The length of each unit in milliseconds.
    private static let milliseconds = [
        "ms": 1, "": 1000, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    private static func product(_ count: Int, _ factor: Int) -> Int? {
        let (product, overflows) = count.multipliedReportingOverflow(by: factor)
        return overflows ? nil : product
    }
}
