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
        case .ignored(let reason):
            self.init(200, "ignored")
            self.reason = FieldValue(escaping: reason.description)
        case .queued:
            self.init(202, "queued")
            reason = "the deployment goes on"
        case .failed(let failure):
            self.init(500, "failed", error: failure.text)
        case .interrupted:
            self.init(503, "interrupted", error: "bellpull is shutting down; deliver again")
            extraHeaders = [("Retry-After", "10")]
        }
    }

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
