import Configuration
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
}

extension Logger {
    /// One line on a deployment, with the commit in short as a person looks for it.
    func note(_ event: Dispatcher.Event) {
        switch event {
        case .notStarted(let site, let error):
            self.error("deployment not started site=\(site.name) reason=\(error.message.quoted)")
        case .finished(let site, let deployment):
            let started = deployment.started
            let facts = """
                site=\(site.name) deployment=\(started.id) cause=\(started.cause.rawValue) deliveries=\(started.deliveries) \
                duration_ms=\(Int(deployment.duration / .milliseconds(1)))
                """
            switch deployment.result {
            case .deployed(let commit): info("updated to \(commit.short) \(facts)")
            case .unchanged(let commit): info("already at \(commit.short) \(facts)")
            case .failed(let failure): error("deployment failed \(facts) reason=\(failure.message.quoted)")
            case .interrupted: warning("deployment interrupted \(facts)")
            }
        }
    }

    /// One line on what catch-up found.
    func note(_ event: CatchUp.Event) {
        switch event {
        case .missed(let site, let target):
            info("catch-up found a push that was missed site=\(site.name) commit=\(target.commit.short)")
        case .unreachable(let site, let failure, let next):
            warning(
                """
                catch-up cannot ask the remote site=\(site.name) reason=\(failure.message.quoted) \
                next=\(Int(next / .seconds(1)))s
                """)
        case .reachable(let site): info("catch-up can ask the remote again site=\(site.name)")
        }
    }

    /// One line for each of what is wrong, and another for the way out.
    func note(_ issues: [ConfigurationIssue], _ level: Logger.Level) {
        for issue in issues {
            log(level: level, "\(FieldValue(escaping: issue.text))")
            if let hint = issue.hint { log(level: level, "hint: \(FieldValue(escaping: hint))") }
        }
    }
}

extension String {
    /// In quotation marks, fit for a line of the log.
    var quoted: String { "\"\(FieldValue(escaping: self))\"" }
}
