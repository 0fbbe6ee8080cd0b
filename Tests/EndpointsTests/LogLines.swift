import Logging
import Synchronization

/// The lines of a log.
final class LogLines: Sendable {
    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.events.withLock { $0.append((event.level, event.message.description)) }
        }
    }

    private let events = Mutex<[(level: Logger.Level, line: String)]>([])

    var lines: [String] { events.withLock { $0.map(\.line) } }
    var levels: [Logger.Level] { events.withLock { $0.map(\.level) } }

    func logger() -> Logger { Logger(label: "test") { _ in Handler(lines: self) } }
}
