internal import Deploy
internal import FastCGI
internal import Logging
internal import Synchronization
internal import Webhook

/// A delivery that waits for its answer: what is known of it, and the way back. It is answered, and logged, once.
final class PendingReply: Sendable {
    /// The same to everybody who verifies nothing, whatever was wrong.
    private static let rejection = Response(
        status: 401, headers: [("Bellpull-Outcome", "rejected")],
        body: #"{"error":"the signature is missing or wrong"}"#)

    private struct Subject {
        var delivery: FieldValue?
        var event: FieldValue?
        var sites: FieldValue?
        var failsQuietly = false
        var onReply: (@Sendable () -> Void)?
    }

    private let exchange: Exchange
    private let received: ContinuousClock.Instant
    private let logger: Logger
    private let subject = Mutex(Subject())

    init(exchange: Exchange, received: ContinuousClock.Instant, logger: Logger) {
        self.exchange = exchange
        self.received = received
        self.logger = logger
    }

    /// Names the delivery in what is told from here on.
    func concerns(_ delivery: Delivery) {
        subject.withLock {
            $0.failsQuietly = delivery.forge.answersFailuresWith200
            $0.delivery = delivery.id.map { FieldValue(escaping: $0) }
            $0.event = delivery.event.map { FieldValue(escaping: $0) }
        }
    }

    /// Names the sites in what is told from here on.
    func concerns(_ sites: [Site]) {
        let names = FieldValue(escaping: sites.map(\.name).joined(separator: ","))
        subject.withLock { $0.sites = names }
    }

    /// Has `body` called once there is a reply.
    func onReply(_ body: @escaping @Sendable () -> Void) { subject.withLock { $0.onReply = body } }

    /// How long ago the delivery came.
    var age: Duration { received.duration(to: .now) }

    /// Replies with `report`, unless there was a reply already.
    func send(_ report: Report) {
        let report = complete(report)
        let duration = received.millisecondsAgo
        guard exchange.reply(report.response(after: duration)) else { return }
        subject.withLock { $0.onReply.take() }?()
        logger.log(level: report.level, "\(report.line(after: duration))")
    }

    /// Replies to one who has verified nothing. Only the log says what was wrong.
    func reject(_ authentication: Delivery.Authentication) {
        guard exchange.reply(Self.rejection) else { return }
        var report = complete(Report(401, "rejected"))
        report.reason =
            switch authentication {
            case .missing: "no signature"
            case .unreadable: "the signature header is not one"
            case .signature: "the signature is not that of the body under our secret"
            case .standard: "the signature is not that of the body under our secret, or its time is not ours"
            case .token: "the token is not our secret"
            }
        logger.warning("\(report.line(after: received.millisecondsAgo))")
    }

    private func complete(_ report: Report) -> Report {
        var report = report
        let subject = subject.withLock { $0 }
        report.delivery = subject.delivery
        report.event = subject.event
        report.site = subject.sites
        if subject.failsQuietly, report.outcome == "failed" { report.status = 200 }
        return report
    }
}

extension Report {
    fileprivate var level: Logger.Level {
        switch status {
        case 500...: .error
        case 400...: .warning
        default: .info
        }
    }
}
