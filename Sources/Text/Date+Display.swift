package import Foundation

extension Date {
    /// Describes how long ago the date was, such as `3 min ago`.
    package func relative(to now: Date = Date()) -> String {
        let seconds = Int(now.timeIntervalSince(self).rounded(.down))
        return switch seconds {
        case ..<0: "in the future"
        case ..<10: "just now"
        case ..<120: "\(seconds) s ago"
        case ..<7200: "\(seconds / 60) min ago"
        case ..<172_800: "\(seconds / 3600) h ago"
        default: "\(seconds / 86_400) days ago"
        }
    }

    /// The time in the machine's time zone, to the second, with the offset from UTC: `2026-11-24 11:03:07 +0100`.
    package var local: String {
        var (seconds, parts) = (wholeSeconds, tm())
        localtime_r(&seconds, &parts)
        return parts.formatted("%Y-%m-%d %H:%M:%S %z")
    }

    /// The time in UTC, to the second (RFC 3339 §5.6). Foundation's formatters would take 3 MB of memory.
    package var standard: String {
        var (seconds, parts) = (wholeSeconds, tm())
        gmtime_r(&seconds, &parts)
        return parts.formatted("%Y-%m-%dT%H:%M:%SZ")
    }

    /// Parses a time in the form of `standard`.
    package init?(standard text: String) {
        guard let date = try? Date(text, strategy: .iso8601) else { return nil }
        self = date
    }

    /// The time of the day in the machine's time zone, to the second: `11:03:07`.
    package var clock: String {
        var (seconds, parts) = (wholeSeconds, tm())
        localtime_r(&seconds, &parts)
        return parts.formatted("%H:%M:%S")
    }

    private var wholeSeconds: time_t { time_t(timeIntervalSince1970.rounded(.down)) }
}

extension tm {
    /// Formats the time with strftime(3).
    fileprivate func formatted(_ format: String) -> String {
        var parts = self
        var text = [CChar](repeating: 0, count: 64)
        let length = strftime(&text, text.count, format, &parts)
        return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Duration {
    /// The duration in rounded units for people: `60 ms`, `4.2 s`, `3 min 5 s`.
    package var spoken: String {
        let milliseconds = Int(self / .milliseconds(1))
        return switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        case _ where milliseconds % 60_000 < 1000: "\(milliseconds / 60_000) min"
        default: "\(milliseconds / 60_000) min \(milliseconds % 60_000 / 1000) s"
        }
    }
}
