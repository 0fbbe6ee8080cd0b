import FastCGI
import Foundation
import Logging

/// Formats each log message as one line, and queues the line for standard error.
struct LineLogHandler: LogHandler {
    /// The beginning of each line.
    enum Style {
        /// The time and the level.
        case plain
        /// The priority in the journal's syntax (sd-daemon(3)). The journal adds the time.
        case journal
    }

    let style: Style
    var writer = LogWriter.standardError
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        writer.write(line(event.level, event.message, at: Date()))
    }

    /// Returns the line for `message`, including the line feed.
    func line(_ level: Logger.Level, _ message: Logger.Message, at time: Date) -> String {
        let message = message.description
        var line = TextBuffer(capacity: message.utf8.count + 40)
        switch style {
        case .journal: line.append(level.journalPrefix)
        case .plain:
            line.append(time.standard)
            line.append(literal: " ")
            line.append(level.rawValue)
            line.append(literal: " ")
        }
        line.append(message)
        line.append(literal: "\n")
        return line.text
    }
}

extension Logger.Level {
    /// The priority of syslog(3) in angle brackets, as the journal reads it at the beginning of a line (sd-daemon(3)).
    var journalPrefix: String { "<\(priority)>" }

    private var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
