import AccessLog
import Configuration
import Foundation

/// nginx's logs, opened while the process can still read them.
struct WebServerLogs {
    private let path: String?
    private var hook: [AccessLogFile] = []
    private var unreadable: String?
    private var others: [AccessLogFile] = []

    /// How much of the other logs to read, in bytes each.
    private static let tail = 4 << 20

    /// Opens the log of the hook, and the other logs of nginx.
    ///
    /// - Parameter path: the log of the hook, if a person names it.
    init(_ web: NginxCheck, path: String?) {
        self.path = path ?? web.accessLog
        guard let log = self.path else { return }
        do {
            hook = [try AccessLogFile(path: log)]
            // A log that was just rotated is empty; the file before has the deliveries.
            if let before = try? AccessLogFile(path: "\(log).1") { hook.insert(before, at: 0) }
        } catch {
            unreadable = error.explanation.message
        }
        others = web.otherAccessLogs.filter { $0 != log }.compactMap { try? AccessLogFile(path: $0) }
    }

    /// Returns what the logs tell of each site.
    ///
    /// - Parameters:
    ///   - mount: the path of the shared hook.
    ///   - body: called with each line of the hook's log.
    func requests(
        of sites: [SiteSettings], mount: String, each body: (AccessLogLine) -> Void = { _ in }
    ) -> [String: HookRequests] {
        var requests = sites.map { site in
            let isShared = site.secretSource == nil
            var found = HookRequests(
                of: site.name, at: isShared ? mount : "\(mount)/\(site.name)",
                isShared: isShared && sites.count > 1)
            (found.log, found.unreadable) = (path, unreadable)
            return found
        }
        let summary = AccessLogReader().read(hook, last: AccessLogReader.tail) { line in
            body(line)
            for index in requests.indices { requests[index].add(line) }
        }
        for index in requests.indices { requests[index].since = summary.first }
        for log in others {
            for line in log.lastLines(Self.tail) where line.contains("\"POST ") {
                for index in requests.indices { requests[index].addStray(line) }
            }
        }
        return Dictionary(zip(sites.map(\.name), requests)) { first, _ in first }
    }
}

extension AccessLogFile {
    /// The lines in the last `count` bytes of a log in any format; none of a compressed one.
    fileprivate func lastLines(_ count: Int) -> [Substring] {
        tailBytes(count).split(separator: UInt8(ascii: "\n")).map { Substring(decoding: $0, as: UTF8.self) }
    }
}
