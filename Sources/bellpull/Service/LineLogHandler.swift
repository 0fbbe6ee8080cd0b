import Foundation
import Logging

/// Writes each message as one line to standard error, in one write, so that lines of several threads do not mix.
struct LineLogHandler: LogHandler {
    /// What stands before the message.
    enum Style {
        /// Time and level.
        case plain
        /// The level as the journal reads it (sd-daemon(3)); it knows the time itself.
        case journal
    }

    let style: Style
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = prefix(event.level)
        line += event.message.description
        line += "\n"
        line.withUTF8 { _ = Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func prefix(_ level: Logger.Level) -> String {
        switch style {
        case .journal: "<\(priority(of: level))>"
        case .plain: "\(Self.timestamp()) \(level) "
        }
    }

    /// The priority of syslog(3).
    private func priority(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// The time in UTC, to the second (RFC 3339 §5.6). Foundation's formatters would do, for 3 MB of memory.
    private static func timestamp() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        return String(unsafeUninitializedCapacity: 32) { text in
            text.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress, $0.count, "%Y-%m-%dT%H:%M:%SZ", &parts) }
        }
    }
}
