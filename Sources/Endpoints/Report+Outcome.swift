internal import Deploy
internal import FastCGI

extension Report {
    /// What is told of a push that came to this.
    init(_ outcome: Outcome) {
        switch outcome {
        case .deployed(let commit):
            self.init(200, "deployed")
            self.commit = FieldValue(escaping: commit.description)
        case .unchanged(let commit):
            self.init(200, "unchanged")
            self.commit = FieldValue(escaping: commit.description)
        case .duplicate:
            self.init(200, "duplicate")
            reason = "it came before, and was deployed"
        case .ignored(let reason):
            self.init(200, "ignored")
            self.reason = FieldValue(escaping: reason.description)
        case .queued:
            self.init(202, "queued")
            reason = "it is recorded, and the deployment goes on"
        case .failed(let failure):
            self.init(500, "failed", error: failure.text)
        case .interrupted:
            self.init(202, "queued")
            reason = "it is recorded; bellpull is stopping, and deploys it at its next start"
        }
    }

    /// The delivery cannot be recorded, so that nothing is done about it.
    init(_ error: LedgerError) {
        let text = error.hint.map { "\(error.message)\n\($0)" } ?? error.message
        self.init(503, "unrecorded", error: text)
        extraHeaders = [("Retry-After", "60")]
    }

    /// There is no hook of that name.
    static let nothingHere = Report.refused(404, "there is nothing here")

    /// A ping was heard.
    static let ping = Report(200, "ping")

    /// An event that is nothing to Bellpull.
    static func ignored(event: String) -> Report {
        var report = Report(200, "ignored")
        report.reason = FieldValue(escaping: "the event \(event) is not a push")
        return report
    }

    /// The delivery cannot be understood.
    static func malformed(_ reason: String) -> Report { Report(400, "malformed", error: reason) }

    /// The request is not one that is answered here.
    static func refused(_ status: Int, _ error: String) -> Report { Report(status, "refused", error: error) }
}

extension Failure {
    /// The message and, on a line of its own, the way out.
    fileprivate var text: String {
        hint.map { "\(message)\n\($0)" } ?? message
    }
}
