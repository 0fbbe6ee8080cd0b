import Deploy
import FastCGI
import Foundation
import Logging

/// Bellpull's log: lines on standard error.
enum Log {
    /// The logger that everything writes to.
    static func logger() -> Logger {
        let isJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
        return Logger(label: "bellpull") { _ in LineLogHandler(style: isJournal ? .journal : .plain) }
    }

    /// One line on a deployment that is over, with the commit in short as a person looks for it.
    static func deployment(
        _ site: Site, _ outcome: Outcome, deliveries: Int, took duration: Duration, to logger: Logger
    ) {
        let milliseconds = Int(duration / .milliseconds(1))
        let facts = "site=\(site.name) deliveries=\(deliveries) duration_ms=\(milliseconds)"
        switch outcome {
        case .deployed(let commit): logger.info("updated to \(commit.short) \(facts)")
        case .unchanged(let commit): logger.info("already at \(commit.short) \(facts)")
        case .failed(let failure):
            logger.error("deployment failed \(facts) reason=\"\(FieldValue(escaping: failure.message))\"")
        case .interrupted: logger.warning("deployment interrupted \(facts)")
        case .ignored, .queued: break
        }
    }
}
