internal import FastCGI
internal import Foundation

/// What is told of one delivery: to the forge in the reply, through the reply's headers to the web server's access log,
/// and to our own log.
struct Report: Sendable {
    /// The HTTP status code.
    var status: Int
    /// One word, the same wherever it is told.
    let outcome: FieldValue
    /// What is wrong and the way out, for the body; `nil` if nothing is.
    var error: String?
    var site: FieldValue?
    var commit: FieldValue?
    var delivery: FieldValue?
    var event: FieldValue?
    var reason: FieldValue?
    var extraHeaders: [(name: StaticString, value: FieldValue)] = []

    init(_ status: Int, _ outcome: FieldValue, error: String? = nil) {
        self.status = status
        self.outcome = outcome
        self.error = error
        reason = error.map { FieldValue(escaping: String($0.prefix { !$0.isNewline })) }
    }

    /// The reply to the delivery's sender, so many milliseconds after it came.
    func response(after milliseconds: Int64) -> Response {
        var headers = extraHeaders
        headers.reserveCapacity(8)
        headers.append(("Bellpull-Outcome", outcome))
        if let site { headers.append(("Bellpull-Site", site)) }
        if let commit { headers.append(("Bellpull-Commit", commit)) }
        if let delivery { headers.append(("Bellpull-Delivery", delivery)) }
        if let event { headers.append(("Bellpull-Event", event)) }
        if let reason { headers.append(("Bellpull-Reason", reason)) }
        headers.append(("Bellpull-Duration-Ms", FieldValue(escaping: String(milliseconds))))
        return Response(status: status, headers: headers, body: body)
    }

    /// The report as a line for the log, a word or two and then `key=value` by `key=value`.
    func line(after milliseconds: Int64) -> String {
        var line = ""
        line.reserveCapacity(256)
        line += "delivery outcome=\(outcome.description) status=\(status)"
        if let site { line += " site=\(site.quoted)" }
        if let commit { line += " commit=\(commit.description)" }
        if let delivery { line += " delivery=\(delivery.quoted)" }
        if let event { line += " event=\(event.quoted)" }
        line += " duration_ms=\(milliseconds)"
        if let reason { line += " reason=\(reason.quoted)" }
        return line
    }

    private var body: String {
        guard let error else { return "{}" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A dictionary of strings can always be encoded.
        return (try? encoder.encode(["error": error])).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension FieldValue {
    /// The value as it stands behind a key: in quotation marks, unless it is one word that cannot be taken for more.
    fileprivate var quoted: String {
        let text = description
        return text.isEmpty || text.utf8.contains(where: Self.needsQuotes) ? "\"\(text)\"" : text
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: "\\"): true
        default: false
        }
    }
}

extension ContinuousClock.Instant {
    /// The time since, in whole milliseconds.
    var millisecondsAgo: Int64 {
        let duration = duration(to: .now).components
        return duration.seconds * 1000 + duration.attoseconds / 1_000_000_000_000_000
    }
}
