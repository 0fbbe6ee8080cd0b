internal import Foundation

/// Numbers and times.
extension LineParser {
    mutating func optionalNumber(in text: Span<UInt8>) throws(Malformed) -> Int? {
        try takeNull(in: text) ? nil : try number(in: text)
    }

    /// Reads a number that may be in quotation marks, where `-` is in place of a missing number.
    mutating func quotableNumber(in text: Span<UInt8>) throws(Malformed) -> Int? {
        guard take("\"", in: text) else { return try optionalNumber(in: text) }
        let number = take("-", in: text) ? nil : try number(in: text)
        try expect("\"", in: text)
        return number
    }

    /// Takes `null`, if that is next.
    mutating func takeNull(in text: Span<UInt8>) throws(Malformed) -> Bool {
        guard take("n", in: text) else { return false }
        for character in "ull".unicodeScalars { try expect(character, in: text) }
        return true
    }

    /// Reads a whole number of at most 15 digits.
    mutating func number(in text: Span<UInt8>) throws(Malformed) -> Int {
        let start = position
        var value = 0
        while position < text.count, case let digit = text[position] &- UInt8(ascii: "0"), digit < 10 {
            value = value * 10 + Int(digit)
            position += 1
            guard position - start <= 15 else { throw Malformed() }
        }
        let length = position - start
        guard length == 1 || (length > 1 && text[start] != UInt8(ascii: "0")) else { throw Malformed() }
        return value
    }

    /// Reads seconds with three decimals or more.
    mutating func seconds(in text: Span<UInt8>) throws(Malformed) -> Duration {
        let whole = try number(in: text)
        guard take(".", in: text) else { return .seconds(whole) }
        let milliseconds = try digits(3, in: text)
        while position < text.count, text[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return .milliseconds(whole * 1000 + milliseconds)
    }

    private mutating func digits(_ count: Int, in text: Span<UInt8>) throws(Malformed) -> Int {
        guard position + count <= text.count else { throw Malformed() }
        var value = 0
        for index in position..<position + count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { throw Malformed() }
            value = value * 10 + Int(digit)
        }
        position += count
        return value
    }

    /// Reads nginx's `$time_iso8601`, such as `"2026-11-24T11:03:07+01:00"`, with or without the colon in the offset.
    mutating func time(in text: Span<UInt8>) throws(Malformed) -> Date {
        try expect("\"", in: text)
        let year = try digits(4, in: text)
        let month = try part("-", 1...12, in: text)
        let day = try part("-", 1...31, in: text)
        let hour = try part("T", 0...23, in: text)
        let minute = try part(":", 0...59, in: text)
        let second = try part(":", 0...60, in: text)
        let isEast = take("+", in: text)
        if !isEast { try expect("-", in: text) }
        let offsetHours = try digits(2, in: text)
        _ = take(":", in: text)
        let offset = offsetHours * 3600 + (try digits(2, in: text)) * 60
        try expect("\"", in: text)
        let days = Self.daysSince1970(year, month, day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - (isEast ? offset : -offset)
        return Date(timeIntervalSince1970: Double(seconds))
    }

    private mutating func part(
        _ separator: Unicode.Scalar, _ range: ClosedRange<Int>, in text: Span<UInt8>
    ) throws(Malformed) -> Int {
        try expect(separator, in: text)
        let value = try digits(2, in: text)
        guard range.contains(value) else { throw Malformed() }
        return value
    }

    /// Counts the days from 1970-01-01 to a day of the Gregorian calendar (days_from_civil, howardhinnant.github.io).
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (year / 400, year % 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
