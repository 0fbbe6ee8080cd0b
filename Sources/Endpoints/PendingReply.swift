internal import Deploy
internal import FastCGI
internal import Synchronization
internal import Webhook

/// A delivery without a reply yet: the known facts about the delivery, and the destination of the reply. The delivery
/// is answered, and observed, once.
final class PendingReply: Sendable {
    /// The reply to every unverified delivery: the same bytes, whatever was wrong.
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
    private let observer: any Observer
    /// The site whose own hook took the delivery; `nil` for the shared hook.
    private let hook: String?
    private let subject = Mutex(Subject())

    init(
        exchange: Exchange, received: ContinuousClock.Instant, observer: any Observer, hook: String? = nil
    ) {
        self.exchange = exchange
        self.received = received
        self.observer = observer
        self.hook = hook
    }

    /// Names the delivery in the report.
    func concerns(_ delivery: Delivery) {
        subject.withLock {
            $0.failsQuietly = delivery.forge.answersFailuresWith200
            $0.delivery = delivery.id.map { FieldValue(escaping: $0) }
            $0.event = delivery.event.map { FieldValue(escaping: $0) }
        }
    }

    /// Names the sites in the report.
    func concerns(_ sites: [Site]) {
        let names = FieldValue(escaping: sites.map(\.name).joined(separator: ","))
        subject.withLock { $0.sites = names }
    }

    /// Calls `body` when the reply has been sent.
    func onReply(_ body: @escaping @Sendable () -> Void) { subject.withLock { $0.onReply = body } }

    /// The time since the arrival of the delivery.
    var age: Duration { received.duration(to: .now) }

    /// Sends `report` and tells the observer, unless a reply was sent before.
    func send(_ report: consuming Report) {
        complete(&report)
        let duration = received.millisecondsAgo
        guard exchange.reply(report.response(after: duration)) else { return }
        subject.withLock { $0.onReply.take() }?()
        observer.note(AnsweredDelivery(hook: hook, report: report, milliseconds: duration))
        exchange.detachErrorsAfterReply()
    }

    /// Rejects an unverified delivery. Only the log says why, and names the sender's address if the web server passed it.
    ///
    /// - Parameter isBesideOthers: whether the hook is the shared one while some sites have hooks of their own. The body is
    ///   unverified, so nothing in it can tell which hook the sender meant.
    func reject(
        _ authentication: Delivery.Authentication, from params: Params, isBesideOthers: Bool = false
    ) {
        let reason =
            switch authentication {
            case .missing, .unsignedPing: "no signature"
            case .unreadable: "the signature header is malformed"
            case .signature: "the signature does not match the body and the secret"
            case .standard:
                "the signature does not match the body and the secret, or its time stamp is more than 5 minutes off"
            case .token: "the token does not match the secret"
            }
        let other = isBesideOthers ? "; a site with a secret of its own has the URL /github/NAME" : ""
        reject(because: FieldValue(escaping: reason + other), from: params)
    }

    /// Rejects a delivery whose headers name no known forge. The log names those headers that look like an event or a
    /// signature, so that the reader can tell the forge.
    func rejectUnknownForge(from params: Params) {
        let telling = params.headerNames.filter { name in
            name.split(separator: "-").contains { Self.tellingWords.contains(String($0)) }
        }
        let names = telling.isEmpty ? "none names an event or a signature" : telling.joined(separator: ", ")
        reject(because: FieldValue(escaping: "no known forge sends these headers: \(names)"), from: params)
    }

    /// Words in the names of headers with an event, a signature or a token, as of Gitee, OneDev or SourceHut.
    private static let tellingWords: Set<String> = ["Event", "Signature", "Token", "Delivery", "Hook", "Webhook"]

    private func reject(because reason: FieldValue, from params: Params) {
        guard exchange.reply(Self.rejection) else { return }
        var report = Report(401, "rejected")
        complete(&report)
        report.reason = reason
        report.remote = (try? params.value(of: "REMOTE_ADDR")).map { FieldValue(escaping: $0) }
        observer.note(AnsweredDelivery(hook: hook, report: report, milliseconds: received.millisecondsAgo))
        exchange.detachErrorsAfterReply()
    }

    private func complete(_ report: inout Report) {
        subject.withLock { subject in
            report.delivery = subject.delivery
            report.event = subject.event
            report.site = subject.sites ?? report.site
            if subject.failsQuietly, report.outcome == "failed" { report.status = 200 }
        }
    }
}
