import Configuration
import Deploy
import FastCGI
import Foundation
import Logging

/// Bellpull's log on standard error.
enum Log {
    /// The format of the lines: the journal's if standard error is the journal.
    static let style: LineLogHandler.Style =
        isJournal(STDERR_FILENO, stream: ProcessInfo.processInfo.environment["JOURNAL_STREAM"]) ? .journal : .plain

    /// Returns whether `descriptor` is the stream to the journal that systemd named: the device and the inode in decimal
    /// numbers, with a colon between (systemd.exec(5), JOURNAL_STREAM). A program that redirects standard error hands the
    /// variable on all the same.
    static func isJournal(_ descriptor: Int32, stream: String?) -> Bool {
        var status = stat()
        guard let stream, fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// Returns the logger of the program.
    static func logger() -> Logger { Logger(label: "bellpull") { _ in LineLogHandler(style: style) } }
}

extension LogWriter {
    /// How long the process waits at its exit for the reader of the log.
    private static let exitTimeout = Duration.seconds(1)

    /// The writer to standard error. The exit of the process, however it comes about, writes what is queued.
    static let standardError: LogWriter = {
        atexit { LogWriter.standardError.flush(within: exitTimeout) }
        return LogWriter(STDERR_FILENO) { count in
            let lines = count == 1 ? "1 log line was" : "\(count) log lines were"
            return LineLogHandler(style: Log.style).line(
                .warning, "\(lines) lost because standard error was not read", at: Date())
        }
    }()
}

extension Logger {
    /// Logs one line for each issue, and another line for each hint.
    func note(_ issues: [ConfigurationIssue], _ level: Logger.Level) {
        for issue in issues {
            log(level: level, "\(FieldValue(escaping: issue.text))")
            if let hint = issue.hint { log(level: level, "hint: \(FieldValue(escaping: hint))") }
        }
    }
}

extension String {
    /// The text in quotation marks, escaped as a value in a log line.
    var quoted: String { "\"\(FieldValue(escaping: self))\"" }
}
