import Foundation
import Logging

/// Writes each log message to standard error as one line. A single write keeps the lines of several threads apart.
struct LineLogHandler: LogHandler {
    /// The beginning of each line.
    enum Style {
        /// The time and the level.
        case plain
        /// The priority in the journal's syntax (sd-daemon(3)). The journal adds the time.
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
        var line = line(event.level, event.message, at: Date())
        line.withUTF8 { _ = Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Returns the line for `message`, including the line feed.
    func line(_ level: Logger.Level, _ message: Logger.Message, at time: Date) -> String {
        switch style {
        case .journal: "<\(priority(of: level))>\(message)\n"
        case .plain: "\(time.standard) \(level) \(message)\n"
        }
    }

    /// Returns the priority of `level` in syslog(3).
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
}
