internal import Deploy
internal import FastCGI
internal import Text

extension Report {
    /// Creates the report on a push with the given outcome.
    init(_ outcome: DeliveryOutcome) {
        switch outcome {
        case .finished(.deployed(let commit), let note):
            self.init(200, "deployed")
            self.commit = FieldValue(escaping: commit.description)
            reason = note.map { FieldValue(escaping: $0) }
        case .finished(.unchanged(let commit), let note):
            self.init(200, "unchanged")
            self.commit = FieldValue(escaping: commit.description)
            reason = note.map { FieldValue(escaping: $0) }
        case .finished(.failed(let failure), _):
            self.init(500, "failed", error: failure.explanation)
        case .finished(.waiting(let missing), _):
            self.init(202, "waiting")
            reason = DeploymentResult.waiting(for: missing).waitingReason.map { FieldValue(escaping: $0) }
        case .finished(.skipped(let reason), _):
            self.init(200, "skipped")
            self.reason = FieldValue(escaping: reason)
        case .finished(.pinned(let reason), _):
            self.init(200, "pinned")
            self.reason = FieldValue(escaping: reason)
        case .finished(.cancelled(let newer), _):
            self.init(200, "cancelled")
            self.reason = FieldValue(escaping: "a newer push, of \(newer), ended the build")
        case .finished(.interrupted, _):
            self.init(202, "queued")
            reason = "the delivery is recorded; bellpull is stopping and deploys after its next start"
        case .duplicate:
            self.init(200, "duplicate")
            reason = "the same delivery arrived before, and the site is at its commit"
        case .ignored(let reason):
            self.init(200, "ignored")
            self.reason = FieldValue(escaping: reason.description)
        case .queued:
            self.init(202, "queued")
            reason = "the delivery is recorded, and the deployment has not ended yet"
        }
    }

    /// Creates the report on a delivery after the ledger failed to record the delivery. Nothing else was done with the
    /// delivery.
    init(_ error: LedgerError) {
        self.init(503, "unrecorded", error: error.explanation)
        extraHeaders = [("Retry-After", "60")]
    }

    /// The configuration of the hook's site has a mistake. The reply does not say so: without a secret the sender is not
    /// verified. The log names the mistake.
    static func misconfigured(_ site: String) -> Report {
        var report = Report(503, "misconfigured", error: Explanation("this hook is out of order"))
        report.site = FieldValue(escaping: site)
        report.extraHeaders = [("Retry-After", "60")]
        return report
    }

    /// No hook is at the path.
    static let noSuchHook = Report.refused(404, "no hook is at this path")

    /// The forge tested the hook.
    static let ping = Report(200, "ping")

    /// The forge tested the hook, without a signature.
    static var unsignedPing: Report {
        var report = ping
        report.reason = "the forge does not sign its tests, so the secret was not checked"
        return report
    }

    /// The event is not a push.
    static func ignored(event: String) -> Report {
        var report = Report(200, "ignored")
        report.reason = FieldValue(escaping: "the event \(event) is not a push")
        return report
    }

    /// The delivery is malformed.
    static func malformed(_ reason: String) -> Report { Report(400, "malformed", error: Explanation(reason)) }

    /// The hook refuses the request.
    static func refused(_ status: Int, _ error: String) -> Report {
        Report(status, "refused", error: Explanation(error))
    }
}
