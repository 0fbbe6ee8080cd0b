internal import Deploy
internal import Foundation
internal import Git
internal import Text

@testable internal import Endpoints
@testable internal import FastCGI

/// The texts of a delivery and its deployment.
private struct Texts {
    let delivery: String?, event: String?, site: String?, first: String, second: String

    init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        // UTF-8 never contains this byte, so that the byte can separate any texts.
        let texts = bytes.split(separator: 0xff, maxSplits: 4, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        func text(_ index: Int) -> String? { texts.indices.contains(index) ? texts[index] : nil }
        (delivery, event, site, first, second) = (text(0), text(1), text(2), text(3) ?? "", text(4) ?? "")
    }

    var hint: String? { second.isEmpty ? nil : second }
}

private let reports: [@Sendable (Texts) -> Report] = [
    { Report(.finished(Commit($0.second).map(DeploymentResult.deployed) ?? .interrupted, note: $0.first)) },
    { Report(.finished(Commit($0.second).map(DeploymentResult.unchanged) ?? .interrupted)) },
    { Report(.finished(.failed(Failure($0.first, hint: $0.hint)))) }, { Report(.finished(.waiting(for: $0.first))) },
    { Report(.finished(.skipped($0.first))) }, { Report(.finished(.pinned($0.first))) },
    { Report(.finished(.cancelled(by: $0.first))) }, { _ in Report(.duplicate) }, { _ in Report(.queued) },
    { Report(.ignored(.repository($0.first))) }, { Report(.ignored(.otherRef($0.first, followed: $0.second))) },
    { .ignored(event: $0.first) }, { .malformed($0.first) }, { Report(Params.RepeatedParameter(name: $0.first)) },
    { Report(LedgerError($0.first, hint: $0.hint)) },
]
private let accessLog = AccessLog(of: "nginx/bellpull-log.conf")

/// Makes a report: the first byte chooses the kind, the rest are the texts. The response headers, the web server's log
/// and Bellpull's log must all contain the same values, and must be unambiguous.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let texts = Texts(UnsafeBufferPointer(start: bytes, count: count).dropFirst())
    var report = reports[Int(bytes[0]) % reports.count](texts)
    report.delivery = texts.delivery.map { FieldValue(escaping: $0) }
    report.event = texts.event.map { FieldValue(escaping: $0) }
    report.site = texts.site.map { FieldValue(escaping: $0) }

    let fields = fields(of: report.response(after: 12), with: report.error?.text)
    for (name, text) in [("Delivery", texts.delivery), ("Event", texts.event), ("Site", texts.site)] {
        guard let text, let value = fields["Bellpull-\(name)"] else { continue }
        let isCut = value.hasSuffix("...") && value.utf8.count > 180
        precondition(isCut || unescape(value)?.utf8.elementsEqual(text.utf8) == true, "\(value) is not \(text)")
    }
    let entry = accessLog.entry(fields)
    for key in ["delivery", "event", "outcome", "site", "commit", "reason", "receipt"] {
        precondition(entry?[key] == fields["Bellpull-\(key.capitalized)"] ?? "", "the access log has another \(key)")
    }

    let line = report.line(after: 12)
    precondition(line.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "not a line")
    var expected = [("outcome", fields["Bellpull-Outcome"]), ("status", "\(report.status)")]
    for key in ["site", "commit", "delivery", "event"] { expected.append((key, fields["Bellpull-\(key.capitalized)"])) }
    expected += [("duration_ms", "12"), ("reason", fields["Bellpull-Reason"])]
    let pairs = expected.compactMap { key, value in value.map { "\(key)=\($0)" } }
    precondition(read(line) == pairs, "the line can be read as \(read(line) ?? []), not \(pairs)")
    return 0
}

/// Reads the fields of a response as a web server does: without spaces at either end of a value.
private func fields(of response: Response, with error: String?) -> [String: String] {
    var fields: [String: String] = [:]
    var rest = Substring(response.serialized).utf8
    while let end = rest.firstIndex(of: UInt8(ascii: "\r")), end > rest.startIndex {
        let line = rest[..<end]
        precondition(line.allSatisfy { (0x20...0x7e).contains($0) }, "a field is not plain")
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        var value = line[name.endIndex...].dropFirst().drop { $0 == UInt8(ascii: " ") }
        while value.last == UInt8(ascii: " ") { value.removeLast() }
        precondition(value.count <= FieldValue.limit, "a field is too long")
        let previous = fields.updateValue(String(Substring(value)), forKey: String(Substring(name)))
        precondition(previous == nil, "a repeated field")
        rest = rest[end...].dropFirst(2)
    }
    let body = Data(rest.dropFirst(2))
    let content = try? JSONSerialization.jsonObject(with: body) as? [String: String]
    precondition(content?["error"] == error, "the body has another error")
    precondition(fields["Content-Length"] == "\(body.count)", "the content length is wrong")
    precondition(fields.count == response.headers.count + 3, "the response has additional fields")
    return fields
}

/// Reverses the escaping of a field value. Returns `nil` for a malformed escape.
private func unescape(_ value: String) -> String? {
    var text = String.UnicodeScalarView()
    var rest = value.unicodeScalars[...]
    while var next = rest.popFirst() {
        if next == "\\" {
            guard let escaped = rest.popFirst() else { return nil }
            next = escaped
            if next == "u" {
                let digits = String(rest.dropFirst().prefix { $0 != "}" })
                guard let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else { return nil }
                rest = rest.dropFirst(digits.unicodeScalars.count + 2)
                next = scalar
            }
        }
        text.append(next)
    }
    return String(text)
}

/// Reads the pairs `key=value` of a line of Bellpull's log, without quotation marks. Returns `nil` for an ambiguous
/// line.
private func read(_ line: String) -> [String]? {
    guard line.hasPrefix("delivery ") else { return nil }
    var rest = line.utf8.dropFirst(8)
    var pairs: [String] = []
    while rest.popFirst() == UInt8(ascii: " ") {
        let key = rest.prefix { $0 != UInt8(ascii: "=") }
        rest = rest[key.endIndex...].dropFirst()
        var value = rest.prefix { !" =\"\\".utf8.contains($0) }
        rest = rest[value.endIndex...]
        if value.isEmpty {
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
            var isEscaped = false
            value = rest.prefix { byte in
                defer { isEscaped = byte == UInt8(ascii: "\\") && !isEscaped }
                return byte != UInt8(ascii: "\"") || isEscaped
            }
            rest = rest[value.endIndex...]
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
        }
        pairs.append("\(Substring(key))=\(Substring(value))")
    }
    return rest.isEmpty ? pairs : nil
}

/// The web server's access log, by the template in its configuration and the escaping `escape=json`.
private struct AccessLog {
    /// Fixed texts, each followed by the value of a field, or by an unknown value.
    private let pieces: [(text: Substring, field: String?)]
    private let end: Substring

    init(of configuration: String) {
        let text = (try? String(contentsOfFile: configuration, encoding: .utf8)) ?? ""
        let format = text.split(separator: "log_format bellpull escape=json", maxSplits: 1).last ?? ""
        let template = format.matches(of: /'([^']*)'/).map(\.1).joined()
        let variables = template.matches(of: /([^$]*)\$(upstream_http_)?([a-z_0-9]+)/)
        pieces = variables.map { match in
            let name = match.3.split(separator: "_").map(\.capitalized).joined(separator: "-")
            return (match.1, match.2 == nil ? nil : name)
        }
        end = variables.last.map { template[$0.range.upperBound...] } ?? ""
    }

    /// Returns the texts of the log entry for a response with `fields`; `nil` if the entry is not JSON.
    func entry(_ fields: [String: String]) -> [String: String]? {
        var line = ""
        for (text, field) in pieces {
            line += text
            line += field.map { Self.escape(fields[$0] ?? "") } ?? "0"
        }
        let entry = try? JSONSerialization.jsonObject(with: Data((line + end).utf8)) as? [String: Any]
        return entry?.compactMapValues { $0 as? String }
    }

    /// Escapes a value as nginx does. Field values contain no control characters.
    private static func escape(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            if scalar == "\\" || scalar == "\"" { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}
