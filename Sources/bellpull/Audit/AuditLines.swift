import AccessLog
import Foundation
import Text

/// Writes the lines of deliveries, hundreds of thousands a second: as bytes, and without making the same text twice.
struct AuditLines {
    private var bytes: [UInt8] = []
    private var minute = Int.min
    private var beginning: [UInt8] = []
    private var end: [UInt8] = []
    private var durations: [Int: [UInt8]] = [:]

    /// How many bytes are printed at once.
    private static let batch = 64 << 10
    private static let space = UInt8(ascii: " ")
    /// The longest text that is shown without escaping.
    private static let plainLength = 100

    /// Adds the line of a delivery, and prints what has been collected if that is much.
    mutating func add(_ line: AccessLogLine, _ verdict: LogComparison.Verdict) {
        addTime(line.time)
        add(line.outcome, width: 9)
        add(line.site, width: 12)
        addCommit(line.commit)
        addDuration(line.duration)
        add(line.remote, width: 15)
        add(line.delivery, width: 36)
        if verdict != .agrees, verdict != .logOnly { bytes += Array("(\(verdict.word))".utf8) }
        while bytes.last == Self.space { bytes.removeLast() }
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count >= Self.batch { flush() }
    }

    /// Prints what has been collected.
    mutating func flush() {
        Printer.print(bytes: bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Lines of the same minute have the same text up to the seconds, and after them.
    private mutating func addTime(_ time: Date) {
        let seconds = Int(time.timeIntervalSince1970.rounded(.down))
        let (this, second) = seconds.quotientAndRemainder(dividingBy: 60)
        guard second >= 0 else {
            bytes += Array(time.local.utf8)
            return separate()
        }
        if this != minute {
            let text = Array(time.local.utf8)
            (minute, beginning, end) = (this, Array(text.prefix(17)), Array(text.dropFirst(19)))
        }
        bytes += beginning
        bytes.append(UInt8(ascii: "0") + UInt8(second / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(second % 10))
        bytes += end
        separate()
    }

    private mutating func addDuration(_ duration: Duration?) {
        guard let duration else { return add(nil, width: 7) }
        let milliseconds = Int(duration / .milliseconds(1))
        guard let known = durations[milliseconds] else {
            let start = bytes.count
            add(duration.spoken, width: 7)
            if durations.count < 10_000 { durations[milliseconds] = Array(bytes[start...]) }
            return
        }
        bytes += known
    }

    private mutating func addCommit(_ commit: String?) {
        guard let commit, [40, 64].contains(commit.utf8.count) else { return add(nil, width: 6) }
        add(String(commit.prefix(6)), width: 6)
    }

    /// Adds a text, safe to show, with spaces up to `width`.
    private mutating func add(_ text: String?, width: Int) {
        guard let text else { return addShown("-", count: 1, width: width) }
        let count = text.utf8.count
        if count <= Self.plainLength, text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\\") }) {
            return addShown(text, count: count, width: width)
        }
        let shown = text.escapedForDisplay
        addShown(shown, count: shown.displayWidth, width: width)
    }

    private mutating func addShown(_ text: String, count: Int, width: Int) {
        bytes.append(contentsOf: text.utf8)
        if count < width { bytes.append(contentsOf: repeatElement(Self.space, count: width - count)) }
        separate()
    }

    private mutating func separate() {
        bytes.append(Self.space)
        bytes.append(Self.space)
    }
}
