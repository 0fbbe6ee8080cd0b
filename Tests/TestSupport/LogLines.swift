package import Logging
import Synchronization

/// Collects the lines of a logger.
package final class LogLines: Sendable {
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

    /// The messages.
    package var lines: [String] { events.withLock { $0.map(\.line) } }
    /// The levels of the messages.
    package var levels: [Logger.Level] { events.withLock { $0.map(\.level) } }

    package init() {}

    /// The lines, each as the level and the message.
    package var all: [String] { events.withLock { $0.map { "\($0.level) \($0.line)" } } }

    /// A logger that writes here.
    package var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
}
