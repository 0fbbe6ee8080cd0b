internal import FastCGI
internal import Foundation
internal import Text

/// The report on one delivery. The forge gets the report as the reply, the web server's access log through the reply's
/// headers, and Bellpull's own log as a line.
struct Report: Sendable {
    /// The HTTP status code.
    var status: Int
    /// The outcome, one word, the same in the reply and in both logs.
    let outcome: FieldValue
    /// The problem and its remedy, for the body; `nil` if the delivery succeeded.
    let error: Explanation?
    var site: FieldValue?
    var commit: FieldValue?
    var delivery: FieldValue?
    var event: FieldValue?
    var reason: FieldValue?
    /// The newest receipt of the ledger, if the reply tells how a deployment ended.
    var receipt: FieldValue?
    /// The address of the sender, for the log.
    var remote: FieldValue?
    var extraHeaders: [(name: StaticString, value: FieldValue)] = []

    init(_ status: Int, _ outcome: FieldValue, error: Explanation? = nil) {
        self.status = status
        self.outcome = outcome
        self.error = error
        reason = error.map { FieldValue(escaping: String($0.message.prefix { !$0.isNewline })) }
    }

    /// Returns the reply to a delivery, `milliseconds` after the arrival.
    func response(after milliseconds: Int64) -> Response {
        var headers = extraHeaders
        headers.reserveCapacity(9)
        headers.append(("Bellpull-Outcome", outcome))
        if let site { headers.append(("Bellpull-Site", site)) }
        if let commit { headers.append(("Bellpull-Commit", commit)) }
        if let delivery { headers.append(("Bellpull-Delivery", delivery)) }
        if let event { headers.append(("Bellpull-Event", event)) }
        if let reason { headers.append(("Bellpull-Reason", reason)) }
        if let receipt { headers.append(("Bellpull-Receipt", receipt)) }
        headers.append(("Bellpull-Duration-Ms", FieldValue(escaping: String(milliseconds))))
        return Response(status: status, headers: headers, body: body)
    }

    /// Returns the report as a line of the log: words, then `key=value` pairs.
    func line(after milliseconds: Int64) -> String {
        var line = TextBuffer(capacity: 256)
        line.append(literal: "delivery outcome=")
        line.append(outcome.description)
        line.append(literal: " status=")
        line.append(Int64(status))
        line.append(" site=", quoted: site)
        if let commit {
            line.append(literal: " commit=")
            line.append(commit.description)
        }
        line.append(" delivery=", quoted: delivery)
        line.append(" event=", quoted: event)
        line.append(" remote=", quoted: remote)
        line.append(literal: " duration_ms=")
        line.append(milliseconds)
        line.append(" reason=", quoted: reason)
        return line.text
    }

    private var body: String {
        guard let error else { return "{}" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A dictionary of strings can always be encoded.
        return (try? encoder.encode(["error": error.text])).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension TextBuffer {
    /// Appends a key and its value: in quotation marks, unless the value is one plain word. Appends nothing without a value.
    fileprivate mutating func append(_ key: StaticString, quoted value: FieldValue?) {
        guard var text = value?.description else { return }
        append(literal: key)
        let needsQuotes = text.withUTF8 { $0.isEmpty || $0.contains(where: Self.needsQuotes) }
        if needsQuotes { append(literal: "\"") }
        append(text)
        if needsQuotes { append(literal: "\"") }
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: "\\"): true
        default: false
        }
    }
}

extension ContinuousClock.Instant {
    /// The time since the instant, in whole milliseconds.
    var millisecondsAgo: Int64 {
        let duration = duration(to: .now).components
        return duration.seconds * 1000 + duration.attoseconds / 1_000_000_000_000_000
    }
}
