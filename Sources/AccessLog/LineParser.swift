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
        case receipt, signed
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

        /// Whether a string may be missing.
        fileprivate var isOptional: Bool { rawValue >= Member.delivery.rawValue }
    }

    /// The members that a line must have beside its time.
    static let required: [Member] = [.status, .delivery, .outcome, .site, .commit]
    private static let requiredBits = required.reduce(0) { $0 | $1.bit }

    private let names = Member.allCases.map { Array($0.name.utf8) }
    /// The beginnings of the members, such as `"time":`.
    private let beginnings = Member.allCases.map { ShortText("\"\($0.name)\":") }
    private let members = Member.allCases
    var position = 0
    /// The places of the line's strings between their quotation marks, by member. Only wanted lines are converted.
    private var strings = [Range<Int>](repeating: 0..<0, count: Member.allCases.count)
    /// The numbers and times of the line.
    private var parsed = AccessLogLine()

    /// Parses a line without its line break, and returns its time.
    mutating func parse(_ text: Span<UInt8>) throws(Malformed) -> Date {
        position = 0
        try expect("{", in: text)
        (parsed.upstreamStatus, parsed.bytes, parsed.requestTime, parsed.duration) = (nil, 0, .zero, nil)
        for index in strings.indices { strings[index] = 0..<0 }
        var seen: UInt32 = 0
        var next = 0
        while true {
            let member: Member?
            if next < beginnings.count, let end = text.end(of: beginnings[next], at: position) {
                member = Member(rawValue: next)
                position = end
            } else {
                member = try self.member(in: text)
                try expect(":", in: text)
            }
            if let member {
                guard seen & member.bit == 0 else { throw Malformed() }
                seen |= member.bit
                next = member.rawValue + 1
                try read(member, text)
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
        case (false, true): parsed.time += parsed.requestTime / .seconds(1)
        default: throw Malformed()
        }
        return parsed.time
    }

    /// Returns how `selection` selects the parsed line. Mutating, as otherwise the parser would be copied.
    mutating func selection(of text: Span<UInt8>, by selection: AccessLogSelection) -> AccessLogSelection.Match {
        selection.match(text, parsed.status) { strings[$0.rawValue] }
    }

    /// Returns the parsed line. Mutating, as otherwise the parser would be copied.
    mutating func line(of text: Span<UInt8>) throws(Malformed) -> AccessLogLine {
        var line = parsed
        for member in members {
            let place = strings[member.rawValue]
            guard !place.isEmpty else { continue }
            Self.set(member, of: &line, to: try Self.text(text, place))
        }
        return line
    }

    private mutating func read(_ member: Member, _ text: Span<UInt8>) throws(Malformed) {
        switch member {
        case .time, .began: parsed.time = try time(in: text)
        case .status: parsed.status = try optionalNumber(in: text)
        case .upstreamStatus: parsed.upstreamStatus = try optionalNumber(in: text)
        case .bytes: parsed.bytes = try number(in: text)
        case .requestTime: parsed.requestTime = try seconds(in: text)
        case .requestMilliseconds: parsed.requestTime = .milliseconds(try number(in: text))
        case .duration: parsed.duration = try quotableNumber(in: text).map { .milliseconds($0) }
        default:
            if member.isOptional, try takeNull(in: text) { return }
            strings[member.rawValue] = try string(in: text)
        }
    }

    /// Sets a member that is a string.
    private static func set(_ member: Member, of line: inout AccessLogLine, to text: String) {
        let value = text.isEmpty || text == "-" ? nil : text
        switch member {
        case .requestID: line.requestID = text
        case .remote: line.remote = text
        case .method: line.method = text
        case .path: line.path = text
        case .delivery: line.delivery = value
        case .event: line.event = value
        case .outcome: line.outcome = value
        case .site: line.site = value
        case .commit: line.commit = value
        case .reason: line.reason = value
        case .receipt: line.receipt = value
        case .signed: line.isSigned = value.map { $0 == "yes" }
        case .time, .began, .status, .upstreamStatus, .bytes, .requestTime, .requestMilliseconds, .duration: break
        }
    }

    // MARK: Syntax

    @inline(__always)
    mutating func take(_ character: Unicode.Scalar, in text: Span<UInt8>) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func expect(_ character: Unicode.Scalar, in text: Span<UInt8>) throws(Malformed) {
        guard take(character, in: text) else { throw Malformed() }
    }

    /// Reads the name of a member; `nil` for an unknown one.
    private mutating func member(in text: Span<UInt8>) throws(Malformed) -> Member? {
        try expect("\"", in: text)
        let start = position
        var isASCII = true
        // No name of ours has an escape, and an escaped name could be one of ours.
        guard let end = text.firstBreak(from: position, &isASCII) else { throw Malformed() }
        position = end
        try expect("\"", in: text)
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
}
