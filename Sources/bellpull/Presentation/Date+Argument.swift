import Foundation

extension Date {
    /// Parses a time that a person writes: `2026-11-24`, `2026-11-24T11:03`, `2026-11-24 11:03:07`, each also with a zone such as
    /// `Z` or `+01:00` (ISO 8601). Without a zone the time is local, and without a time of day it is the beginning of the day.
    init?(argument text: String) {
        let form = /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?(Z|[+-]\d\d:?\d\d)?/
        guard let match = text.wholeMatch(of: form)?.output else { return nil }
        func number(_ text: Substring?) -> Int32 { text.flatMap { Int32($0) } ?? 0 }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number(match.1) - 1900, number(match.2) - 1, number(match.3))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number(match.4), number(match.5), number(match.6))
        guard parts.tm_hour < 24, parts.tm_min < 60, parts.tm_sec < 60 else { return nil }
        let written = (parts.tm_mon, parts.tm_mday)
        // -1: whether summer time applies is for the system to find out.
        parts.tm_isdst = -1
        var seconds = match.7 == nil ? mktime(&parts) : timegm(&parts)
        // 30 February would become a day in March.
        guard (parts.tm_mon, parts.tm_mday) == written else { return nil }
        if let zone = match.7, zone != "Z" {
            let digits = zone.filter(\.isNumber)
            let offset = (number(digits.prefix(2)) * 60 + number(digits.suffix(2))) * 60
            seconds -= time_t(zone.hasPrefix("-") ? -offset : offset)
        }
        self.init(timeIntervalSince1970: Double(seconds))
    }
}
