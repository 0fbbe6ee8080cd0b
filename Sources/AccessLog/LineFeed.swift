internal import Foundation
internal import Text

/// Splits the blocks of one log into lines and parses each line. Holds at most one line.
final class LineFeed {
    /// The longest line in bytes. nginx passes on no headers of such length.
    static let limit = 64 << 10
    /// How many bytes of a bad line are kept.
    private static let shown = 160

    private(set) var summary: AccessLogSummary
    private let source: String
    private let latest: Date
    private let selection: AccessLogSelection?
    private let body: (AccessLogLine) -> Void
    private var parser = LineParser()
    private var pending: [UInt8] = []
    private var number = 0
    private let firstBad: Int
    /// Whether the rest of a line is to be skipped.
    private var isSkipping: Bool
    private let hasNumbers: Bool
    private var held = HeldLines(limit: 16)
    private var strays = HeldLines(limit: AccessLogSelection.strayPaths)

    /// Creates a feed for one log.
    ///
    /// - Parameters:
    ///   - latest: lines after this time are in the future.
    ///   - startsInside: whether the first block starts inside of a line, which is skipped.
    ///   - selection: the lines for `body`; `nil` for all.
    init(
        _ source: String, _ summary: AccessLogSummary, latest: Date, startsInside: Bool = false,
        _ selection: AccessLogSelection? = nil, _ body: @escaping (AccessLogLine) -> Void
    ) {
        self.source = source
        self.summary = summary
        self.latest = latest
        self.selection = selection
        self.body = body
        isSkipping = startsInside
        hasNumbers = !startsInside
        firstBad = summary.badLines.count
    }

    /// Takes the next block of the log.
    func add(_ block: Span<UInt8>) {
        var start = 0
        while let end = block.firstIndex(of: UInt8(ascii: "\n"), from: start) {
            finishLine(block.extracting(start..<end))
            start = end + 1
        }
        keep(block.extracting(start..<block.count))
    }

    /// Ends the log. A line without a line break counts if it is whole.
    func finish() {
        if !pending.isEmpty {
            number += 1
            read(pending.span, isCut: true)
            pending = []
        }
        release(strays.removeAll() + held.removeAll())
    }

    private func release(_ lines: [HeldLines.Held]) {
        for held in lines {
            // The line was good before.
            guard (try? parser.parse(held.text.span)) != nil, var line = try? parser.line(of: held.text.span) else {
                continue
            }
            line.count = held.count
            body(line)
        }
    }

    private func finishLine(_ rest: Span<UInt8>) {
        guard !isSkipping else {
            isSkipping = false
            return
        }
        guard !pending.isEmpty else {
            number += 1
            return read(rest)
        }
        keep(rest)
        guard !isSkipping else {
            isSkipping = false
            return
        }
        number += 1
        let line = pending
        pending.removeAll(keepingCapacity: true)
        read(line.span)
    }

    /// Keeps the beginning of a line. A line that grows too long is bad at once.
    private func keep(_ bytes: Span<UInt8>) {
        guard !isSkipping, !bytes.isEmpty else { return }
        guard pending.count + bytes.count <= Self.limit else {
            if pending.count < Self.shown { append(bytes, Self.shown) }
            number += 1
            recordBad(pending.span, "longer than \(Self.limit) bytes")
            pending.removeAll(keepingCapacity: true)
            isSkipping = true
            return
        }
        append(bytes, bytes.count)
    }

    private func append(_ bytes: Span<UInt8>, _ count: Int) {
        bytes.extracting(first: count).withUnsafeBufferPointer { pending.append(contentsOf: $0) }
    }

    private func read(_ text: Span<UInt8>, isCut: Bool = false) {
        guard text.count <= Self.limit else { return recordBad(text, "longer than \(Self.limit) bytes") }
        do throws(LineParser.Malformed) {
            let time = try parser.parse(text)
            summary.lines += 1
            summary.first = min(summary.first ?? time, time)
            if time > latest {
                summary.future += 1
            } else {
                summary.last = max(summary.last ?? time, time)
            }
            guard let selection else { return body(try parser.line(of: text)) }
            switch parser.selection(of: text, by: selection) {
            case .none: return
            case .single:
                let line = try parser.line(of: text)
                release(strays.removeAll() + held.removeAll())
                body(line)
            case .latest(let kind): release(held.add(text, kind, in: nil, isCounted: false))
            case .repeatable(let kind, let stream): release(held.add(text, kind, in: stream))
            // Older paths are of no interest.
            case .stray(let path): _ = strays.add(text, path, in: path)
            }
        } catch {
            recordBad(text, isCut ? "cut short" : nil)
        }
    }

    /// - Parameter reason: why the line cannot be used; `nil` for another format.
    private func recordBad(_ text: Span<UInt8>, _ reason: String?) {
        summary.bad += 1
        guard summary.badLines.count - firstBad < AccessLogSummary.keptBadLines else { return }
        let isText = (try? UTF8Span(validating: text)) != nil
        let reason = reason ?? (isText ? "not of the format bellpull" : "not UTF-8")
        let beginning = text.extracting(first: Self.shown).withUnsafeBufferPointer {
            String(decoding: $0, as: UTF8.self)
        }
        summary.badLines.append(
            .init(
                source: source, number: hasNumbers ? number : nil, reason: reason,
                beginning: beginning.escapedForDisplay))
    }
}
