import Foundation

/// When a notice is tried again.
enum NoticeRetries {
    /// The times between the tries.
    static let intervals: [Duration] = [
        .seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(3600), .seconds(21_600),
    ]
    /// The longest wait that a receiver may ask for.
    static let longestWait = Duration.seconds(3600)
    /// How long a notice is tried.
    private static let patience = intervals.reduce(.zero, +)

    /// Returns the time until the next try; `nil` if the notice is given up.
    ///
    /// - Parameters:
    ///   - tries: how often sending has failed, this try included.
    ///   - age: how old the notice is.
    ///   - wish: the wait that the receiver asks for.
    static func wait(after tries: Int, age: Duration, wish: Duration?) -> Duration? {
        // Webhooks are also tried when a newer one arrives, so the number of tries alone does not count.
        guard tries <= intervals.count || age < patience else { return nil }
        let interval = intervals[min(max(tries, 1), intervals.count) - 1]
        return max(interval, min(wish ?? .zero, longestWait))
    }

    /// Reads the value of the header Retry-After: seconds, or a date (RFC 9110 §10.2.3, §5.6.7).
    static func wish(_ text: String?, now: Date = Date()) -> Duration? {
        guard let text else { return nil }
        if let seconds = Int(text) { return seconds < 0 ? nil : .seconds(min(seconds, 86_400)) }
        guard let date = date(text) else { return nil }
        let seconds = date.timeIntervalSince(now)
        return seconds > 0 ? .seconds(min(seconds.rounded(.up), 86_400)) : nil
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Date? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int32(words[1]), let year = Int32(words[3]),
            let month = months.firstIndex(of: String(words[2])), (1...31).contains(day), (1970...9999).contains(year)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int32($0) }
        guard clock.count == 3, clock.allSatisfy({ (0...60).contains($0) }) else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, Int32(month), day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (clock[0], clock[1], clock[2])
        return Date(timeIntervalSince1970: TimeInterval(timegm(&parts)))
    }
}
