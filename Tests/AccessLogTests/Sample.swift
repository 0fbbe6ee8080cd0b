import AccessLog
import Foundation
import TestSupport

/// A line of the log as nginx writes it.
struct Sample {
    var time = "2026-11-24T11:03:07+01:00"
    var site = "blog"
    var outcome = "deployed"
    var reason = ""
    var receipt: String?
    var delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958"

    var text: String {
        #"{"time":"\#(time)","request_id":"5f3c2a9e8b7d6c5f3c2a9e8b7d6c1234","remote":"140.82.115.9","#
            + #""method":"POST","path":"/github","status":200,"upstream_status":200,"bytes":312,"request_time":0.482,"#
            + #""delivery":"\#(delivery)","event":"push","outcome":"\#(outcome)","site":"\#(site)","#
            + #""commit":"1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d","duration_ms":479,"reason":"\#(reason)""#
            + (receipt.map { #","receipt":"\#($0)""# } ?? "") + "}"
    }
}

/// A log in a temporary folder.
struct SampleLog {
    let folder: TemporaryFolder
    let path: String

    init(_ bytes: [UInt8], name: String = "bellpull.log") throws {
        folder = try TemporaryFolder()
        path = folder(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    init(_ text: String) throws { try self.init(Array(text.utf8)) }

    init(_ samples: [Sample]) throws { try self.init(samples.map { $0.text + "\n" }.joined()) }

    /// Reads the log, and returns its lines.
    func read(last limit: Int? = nil, now: Date = Date()) throws -> ([AccessLogLine], AccessLogSummary) {
        var lines: [AccessLogLine] = []
        let summary = AccessLogReader(now: now).read([try AccessLogFile(path: path)], last: limit) { lines.append($0) }
        return (lines, summary)
    }
}
