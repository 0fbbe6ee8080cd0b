internal import Foundation

/// Parses lines of the format `bellpull`: JSON objects of strings, numbers and `null` without spaces, as nginx writes them.
///
/// Members may come in any order, and unknown members are skipped: a person may have added some to the format. Other web servers
/// cannot write all members, write `"-"` or `null` for a missing value, put a number in quotation marks, and write times without
/// a colon or of the beginning of the request. All other deviations make a line malformed.
struct LineParser {
    /// Why a line cannot be used.
    struct Malformed: Error {}

    /// The members of a line, in nginx's order.
    enum Member: Int, CaseIterable {
        case time, requestID, remote, method, path, status, upstreamStatus, bytes, requestTime
        case delivery, event, outcome, site, commit, duration, reason
        case receipt
        /// Of other web servers.
        case began, requestMilliseconds

        /// The name in the log.
        fileprivate var name: String {
            switch self {
            case .requestID: "request_id"
            case .upstreamStatus: "upstream_status"
            case .requestTime: "request_time"
            case .duration: "duration_ms"
            case .requestMilliseconds: "request_ms"
            default: "\(self)"
            }
        }

        fileprivate var bit: UInt32 { 1 << UInt32(rawValue) }
    }

    /// The members that a line must have beside its time.
    static let required: [Member] = [.status, .delivery, .outcome, .site, .commit]
    private static let requiredBits = required.reduce(0) { $0 | $1.bit }

    private let names = Member.allCases.map { Array($0.name.utf8) }
    private let members = Member.allCases
    private var position = 0

    /// Parses a line without its line break.
    mutating func parse(_ text: Span<UInt8>) throws(Malformed) -> AccessLogLine {
        position = 0
        var line = AccessLogLine()
        var seen: UInt32 = 0
        var next = 0
        try expect("{", in: text)
        while true {
            let member = try member(in: text, expecting: next)
            try expect(":", in: text)
            if let member {
                guard seen & member.bit == 0 else { throw Malformed() }
                seen |= member.bit
                next = member.rawValue + 1
                try read(member, into: &line, text)
            } else {
                try skipValue(in: text)
            }
            if take(",", in: text) { continue }
            try expect("}", in: text)
            break
        }
        guard position == text.count, seen & Self.requiredBits == Self.requiredBits else { throw Malformed() }
        switch (seen & Member.time.bit != 0, seen & Member.began.bit != 0) {
        case (true, false): break
        case (false, true): line.time += line.requestTime / .seconds(1)
        default: throw Malformed()
        }
        return line
    }

    private mutating func read(
        _ member: Member, into line: inout AccessLogLine, _ text: Span<UInt8>
    ) throws(Malformed) {
        switch member {
        case .time, .began: line.time = try time(in: text)
        case .requestID: line.requestID = try string(in: text)
        case .remote: line.remote = try string(in: text)
        case .method: line.method = try string(in: text)
        case .path: line.path = try string(in: text)
        case .status: line.status = try optionalNumber(in: text)
        case .upstreamStatus: line.upstreamStatus = try optionalNumber(in: text)
        case .bytes: line.bytes = try number(in: text)
        case .requestTime: line.requestTime = try seconds(in: text)
        case .delivery: line.delivery = try optionalString(in: text)
        case .event: line.event = try optionalString(in: text)
        case .outcome: line.outcome = try optionalString(in: text)
        case .site: line.site = try optionalString(in: text)
        case .commit: line.commit = try optionalString(in: text)
        case .duration: line.duration = try quotableNumber(in: text).map { .milliseconds($0) }
        case .reason: line.reason = try optionalString(in: text)
        case .receipt: line.receipt = try optionalString(in: text)
        case .requestMilliseconds: line.requestTime = .milliseconds(try number(in: text))
        }
    }

    // MARK: Syntax

    @inline(__always)
    private mutating func take(_ character: Unicode.Scalar, in text: Span<UInt8>) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    @inline(__always)
    private mutating func expect(_ character: Unicode.Scalar, in text: Span<UInt8>) throws(Malformed) {
        guard take(character, in: text) else { throw Malformed() }
    }

    /// Reads the name of a member; `nil` for an unknown one.
    ///
    /// - Parameter guess: the member that comes next in nginx's order.
    private mutating func member(in text: Span<UInt8>, expecting guess: Int) throws(Malformed) -> Member? {
        try expect("\"", in: text)
        let start = position
        while position < text.count, text[position] != UInt8(ascii: "\"") {
            // No name of ours has an escape, and an escaped name could be one of ours.
            guard text[position] != UInt8(ascii: "\\"), text[position] >= 0x20 else { throw Malformed() }
            position += 1
        }
        let end = position
        try expect("\"", in: text)
        if guess < names.count, Self.isEqual(text, start..<end, names[guess]) { return members[guess] }
        return members.first { Self.isEqual(text, start..<end, names[$0.rawValue]) }
    }

    private static func isEqual(_ text: Span<UInt8>, _ range: Range<Int>, _ name: [UInt8]) -> Bool {
        guard range.count == name.count else { return false }
        for index in 0..<name.count where text[range.lowerBound + index] != name[index] { return false }
        return true
    }

    private mutating func skipValue(in text: Span<UInt8>) throws(Malformed) {
        guard position < text.count else { throw Malformed() }
        switch text[position] {
        case UInt8(ascii: "\""): _ = try string(in: text)
        case UInt8(ascii: "n"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            while position < text.count, text[position] != UInt8(ascii: ","), text[position] != UInt8(ascii: "}") {
                position += 1
            }
        default: throw Malformed()
        }
    }

    // MARK: Strings

    private mutating func optionalString(in text: Span<UInt8>) throws(Malformed) -> String? {
        guard try !takeNull(in: text) else { return nil }
        let string = try string(in: text)
        return string.isEmpty || string == "-" ? nil : string
    }

    private mutating func takeNull(in text: Span<UInt8>) throws(Malformed) -> Bool {
        guard take("n", in: text) else { return false }
        for character in "ull".unicodeScalars { try expect(character, in: text) }
        return true
    }

    private mutating func string(in text: Span<UInt8>) throws(Malformed) -> String {
        try expect("\"", in: text)
        let start = position
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                position += 1
                return try Self.text(text.extracting(start..<(position - 1)))
            case UInt8(ascii: "\\"): return try escapedString(in: text, from: start)
            case ..<0x20: throw Malformed()
            default: position += 1
            }
        }
        throw Malformed()
    }

    private static func text(_ bytes: Span<UInt8>) throws(Malformed) -> String {
        guard !bytes.isEmpty else { return "" }
        guard let valid = try? UTF8Span(validating: bytes) else { throw Malformed() }
        return String(copying: valid)
    }

    /// Reads the rest of a string with escapes. The position is at the first escape.
    private mutating func escapedString(in text: Span<UInt8>, from start: Int) throws(Malformed) -> String {
        var bytes: [UInt8] = []
        for index in start..<position { bytes.append(text[index]) }
        while position < text.count {
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try Self.text(bytes.span)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: try escape(in: text))
            case ..<0x20: throw Malformed()
            default: bytes.append(byte)
            }
        }
        throw Malformed()
    }

    /// Reads an escape after its backslash. nginx escapes quotation marks, backslashes and control characters.
    private mutating func escape(in text: Span<UInt8>) throws(Malformed) -> [UInt8] {
        guard position < text.count else { throw Malformed() }
        let byte = text[position]
        position += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return [byte]
        case "b": return [0x08]
        case "f": return [0x0c]
        case "n": return [0x0a]
        case "r": return [0x0d]
        case "t": return [0x09]
        case "u":
            guard position + 4 <= text.count else { throw Malformed() }
            let digits = (position..<position + 4).map { text[$0] }
            position += 4
            guard let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), digits[0] != 0x2b,
                let scalar = Unicode.Scalar(value)
            else { throw Malformed() }
            return Array(String(scalar).utf8)
        default: throw Malformed()
        }
    }

    // MARK: Numbers

    private mutating func optionalNumber(in text: Span<UInt8>) throws(Malformed) -> Int? {
        try takeNull(in: text) ? nil : try number(in: text)
    }

    /// Reads a number that may be in quotation marks, where `-` is in place of a missing number.
    private mutating func quotableNumber(in text: Span<UInt8>) throws(Malformed) -> Int? {
        guard take("\"", in: text) else { return try optionalNumber(in: text) }
        let number = take("-", in: text) ? nil : try number(in: text)
        try expect("\"", in: text)
        return number
    }

    /// Reads a whole number of at most 15 digits.
    private mutating func number(in text: Span<UInt8>) throws(Malformed) -> Int {
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
    private mutating func seconds(in text: Span<UInt8>) throws(Malformed) -> Duration {
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

    // MARK: Time

    /// Reads nginx's `$time_iso8601`, such as `"2026-11-24T11:03:07+01:00"`, with or without the colon in the offset.
    private mutating func time(in text: Span<UInt8>) throws(Malformed) -> Date {
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
