public import Foundation
internal import Processes
internal import Text

/// Reads logs, whatever their size, block by block.
///
///     let log = try AccessLogFile(path: "/var/log/nginx/bellpull.log")
///     let summary = AccessLogReader().read([log], last: 64 << 20) { line in … }
public struct AccessLogReader {
    /// How much of a log to read for a recent event, in bytes.
    public static let tail = 64 << 20

    private static let block = 256 << 10
    /// The clock of another machine may differ a little.
    private static let tolerance: TimeInterval = 60
    private static let longestTime = Duration.seconds(3600)

    private let now: Date

    /// Creates a reader.
    ///
    /// - Parameter now: lines more than a minute after this time are in the future.
    public init(now: Date = Date()) { self.now = now }

    /// Calls `body` with each good line of `logs`, in their order, and returns what else there was. A log that cannot be
    /// read to its end stops no other log.
    ///
    /// - Parameters:
    ///   - limit: how many bytes to read at the end of each uncompressed log, from a whole line on; `nil` for all.
    ///   - selection: the lines for `body`; `nil` for all. The summary is about all lines.
    public func read(
        _ logs: [AccessLogFile], last limit: Int? = nil, where selection: AccessLogSelection? = nil,
        _ body: (AccessLogLine) -> Void
    ) -> AccessLogSummary {
        withoutActuallyEscaping(body) { body in
            logs.reduce(into: AccessLogSummary()) { summary, log in
                let start = log.isCompressed ? 0 : limit.map { max((log.size ?? 0) - $0 - 1, 0) } ?? 0
                let feed = LineFeed(
                    log.name, summary, latest: now + Self.tolerance, startsInside: start > 0, selection, body)
                let problem = log.isCompressed ? unpack(log, feed) : copy(log, from: start, feed)
                feed.finish()
                summary = feed.summary
                summary.isPartial = summary.isPartial || start > 0
                if let problem { summary.problems.append(problem) }
            }
        }
    }

    private func copy(_ log: AccessLogFile, from start: Int, _ feed: LineFeed) -> Explanation? {
        var block = [UInt8](repeating: 0, count: Self.block)
        if log.size != nil { lseek(log.descriptor, off_t(start), SEEK_SET) }
        var isFirst = true
        while true {
            let count = Foundation.read(log.descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                return Explanation("cannot read \(log.name): \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { return nil }
            // Only a file can be passed on to gzip from its beginning.
            if isFirst, log.size == nil, block.starts(with: [0x1f, 0x8b]) {
                return Explanation(
                    "\(log.name) is compressed, and not a file",
                    hint: "name the file, or unpack it on the way: zcat access.log.1.gz | bellpull audit -")
            }
            isFirst = false
            feed.add(block.span.extracting(first: count))
        }
    }

    // MARK: Compressed logs

    private func unpack(_ log: AccessLogFile, _ feed: LineFeed) -> Explanation? {
        let programs = ["/usr/bin/gzip", "/bin/gzip"]
        guard let program = programs.first(where: { path in access(path, X_OK) == 0 }) else {
            return Explanation("cannot read \(log.name): there is no gzip", hint: "apt-get install gzip")
        }
        lseek(log.descriptor, 0, SEEK_SET)
        let command = Command(
            executable: URL(fileURLWithPath: program), arguments: ["-dc"], directory: "/", environment: ["LC_ALL": "C"],
            input: .descriptor(log.descriptor))
        // The output arrives on this thread, before `run` returns.
        nonisolated(unsafe) let feed = feed
        let transcript = Transcript(echo: { data in feed.add(data.span) })
        do {
            let completion = try command.run(
                until: .now + Self.longestTime, cancellation: Cancellation(), transcript: transcript)
            guard !completion.isSuccess else { return nil }
            let lines = completion.errors.split { $0.isNewline }
            let reason = lines.first.map(String.init) ?? "gzip failed"
            return Explanation("\(log.name) is damaged and was read in part: \(reason)")
        } catch {
            return Explanation("cannot read \(log.name): gzip cannot be started: \(error)")
        }
    }
}
