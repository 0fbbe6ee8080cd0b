internal import Foundation

@testable internal import AccessLog

private let selection = AccessLogSelection(
    outcomes: ["deployed", "failed"], sites: ["blog", "a,b"], paths: ["/github", "/github/blog"], mount: "/github",
    rejection: "rejected", stray: ("refused", 404), except: "bellpull-check", delivery: "d")

/// Reads an access log: the first two bytes choose the size of a block, the rest are the log. The blocks must not matter, a line
/// must have the values that another JSON parser reads, and a selection must have no other lines than the whole log.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 2 else { return 0 }
    let size = 1 + Int(bytes[0]) + Int(bytes[1]) << 8
    let log = Array(UnsafeBufferPointer(start: bytes, count: count)[2...])

    let whole = read(log, blocks: log.count)
    precondition(read(log, blocks: size) == whole, "blocks of \(size) bytes change the lines")
    precondition(whole.lines.count == whole.summary.lines, "\(whole.summary.lines) lines, \(whole.lines.count) given")

    var rest = whole.lines[...]
    for text in log.split(separator: 0x0a) {
        guard let line = read(Array(text), blocks: text.count).lines.first else { continue }
        precondition(rest.popFirst() == line, "a line depends on its neighbours")
        guard let members = try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any] else { continue }
        compare(line, with: members)
    }
    precondition(rest.isEmpty, "\(rest.count) more lines than texts")

    let selected = read(log, blocks: size, where: selection)
    precondition(selected.summary == whole.summary, "the selection changes the summary")
    let counted = selected.lines.reduce(0) { $0 + $1.count }
    precondition(counted <= whole.lines.count, "\(counted) lines of \(whole.lines.count) are counted")
    for var line in selected.lines {
        line.count = 1
        precondition(whole.lines.contains(line), "the selection has a line of its own: \(line)")
    }
    let newest = whole.lines.last { ["deployed", "failed"].contains($0.outcome) && $0.sites == ["blog"] }
    precondition(newest.map(selected.lines.contains) ?? true, "the newest line about the site is not selected")
    return 0
}

private struct Reading: Equatable {
    var lines: [AccessLogLine] = []
    var summary = AccessLogSummary()
}

private func read(_ log: [UInt8], blocks size: Int, where selection: AccessLogSelection? = nil) -> Reading {
    var reading = Reading()
    let feed = LineFeed("log", AccessLogSummary(), latest: Date(timeIntervalSince1970: 2e9), selection) {
        reading.lines.append($0)
    }
    for start in stride(from: 0, to: log.count, by: max(size, 1)) {
        feed.add(log.span.extracting(start..<min(start + max(size, 1), log.count)))
    }
    feed.finish()
    reading.summary = feed.summary
    return reading
}

/// Compares the texts and the status of a line with its members. The other parser takes the last of several equal members, of
/// which the log's parser accepts none of a name that it knows.
private func compare(_ line: AccessLogLine, with members: [String: Any]) {
    let optional = [
        ("delivery", line.delivery), ("event", line.event), ("outcome", line.outcome), ("site", line.site),
        ("commit", line.commit), ("reason", line.reason), ("receipt", line.receipt),
    ]
    for (name, value) in optional {
        let text = members[name] as? String
        let expected = text == "-" ? "" : text ?? ""
        precondition(value ?? "" == expected, "\(name) is \(value ?? "missing"), not \(expected)")
    }
    for (name, value) in [
        ("request_id", line.requestID), ("remote", line.remote), ("method", line.method), ("path", line.path),
    ] {
        precondition(value == members[name] as? String ?? "", "\(name) is \(value)")
    }
    guard let status = members["status"] as? Int else { return }
    precondition(line.status == status, "the status is \(line.status ?? 0), not \(status)")
}
