import Deploy
import Foundation
import Logging
import Synchronization

/// The log lines about notices. Only the first of several failures of a receiver is logged.
final class NoticeLog: Sendable {
    private let logger: Logger
    /// The failing receivers: sites and kinds.
    private let failing = Mutex<Set<String>>([])

    init(_ logger: Logger) { self.logger = logger }

    /// Logs the end of a program, with the end of its output.
    func ended(_ notice: PendingNotice, _ ending: NoticeProgram.Ending, duration: Duration) {
        let output = ending.output.isEmpty ? "" : " output=\(ending.output.quoted)"
        let facts = "\(Self.facts(notice)) duration_ms=\(Int(duration / .milliseconds(1)))"
        if let failure = ending.failure {
            logger.warning("notify failed \(facts) reason=\(failure.quoted)\(output)")
        } else {
            logger.info("notify ended \(facts)\(output)")
        }
    }

    /// Logs a received notice.
    func sent(_ notice: PendingNotice) {
        guard notice.draft.kind != .program else { return }
        let failed = failing.withLock { $0.remove(Self.receiver(notice)) != nil }
        let again = failed ? " again" : ""
        logger.log(level: failed ? .info : .debug, "\(Self.words(notice)) sent\(again) \(Self.facts(notice))")
    }

    /// Logs the first failure of a receiver.
    func failed(_ notice: PendingNotice, _ reason: String, next: Duration) {
        guard isNews(notice) else { return }
        logger.warning(
            "\(Self.words(notice)) not sent \(Self.facts(notice)) reason=\(reason.quoted) next=\(Int(next / .seconds(1)))s"
        )
    }

    /// Logs a dropped notice, and the remedy.
    func rejected(_ notice: PendingNotice, _ reason: String, hint: String?) {
        guard isNews(notice) || notice.tries > 0 else { return }
        logger.warning("\(Self.words(notice)) dropped \(Self.facts(notice)) reason=\(reason.quoted)")
        if let hint { logger.warning("hint: \(hint)") }
    }

    /// Logs full queues.
    func dropped(_ count: Int) {
        logger.warning("\(count) old notice\(count == 1 ? " was" : "s were") dropped, because newer ones arrived")
    }

    /// Logs an error of the ledger.
    func unreadable(_ error: LedgerError) {
        logger.error("notices cannot be sent: the ledger cannot be used reason=\(error.message.quoted)")
    }

    /// Logs the end of the errors of the ledger.
    func readable() { logger.info("notices can be sent again") }

    private func isNews(_ notice: PendingNotice) -> Bool {
        failing.withLock { $0.insert(Self.receiver(notice)).inserted }
    }

    private static func receiver(_ notice: PendingNotice) -> String {
        "\(notice.draft.kind.rawValue) \(notice.draft.site)"
    }

    private static func words(_ notice: PendingNotice) -> String {
        switch notice.draft.kind {
        case .program: "notify"
        case .webhook: "webhook"
        case .status: "commit status"
        }
    }

    private static func facts(_ notice: PendingNotice) -> String {
        let draft = notice.draft
        let subject = draft.kind == .status ? "commit=\(draft.subject.prefix(7))" : "event=\(draft.subject)"
        return "site=\(draft.site) deployment=\(draft.deployment) \(subject)"
    }
}
