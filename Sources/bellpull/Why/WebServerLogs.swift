import AccessLog
import Configuration
import Foundation

/// nginx's logs, opened while the process can still read them.
struct WebServerLogs {
    private let path: String?
    private var hook: [AccessLogFile] = []
    private var unreadable: String?
    private var others: [AccessLogFile] = []
    /// Whether root opened the logs. Root may read every file.
    private let isOfRoot = geteuid() == 0

    /// How much of the other logs to read, in bytes each.
    private static let tail = 4 << 20

    /// Opens the log of the hook, and the other logs of nginx.
    ///
    /// - Parameter path: the log of the hook, if a person names it.
    init(_ web: NginxCheck, path: String?) {
        self.path = path ?? web.accessLog
        guard let log = self.path else { return }
        do {
            let file = try AccessLogFile(path: log)
            guard file.isRegular else {
                unreadable = "\(log) is no regular file"
                return
            }
            hook = [file]
            // A log that was just rotated is empty; the file before has the deliveries.
            if let before = try? AccessLogFile(path: "\(log).1") { hook.insert(before, at: 0) }
        } catch {
            unreadable = error.explanation.message
        }
        others = web.otherAccessLogs.filter { $0 != log }.compactMap { try? AccessLogFile(path: $0) }
    }

    /// Returns the deliveries to each site, and the last line about the delivery `delivery`.
    ///
    /// - Parameters:
    ///   - names: the names of all sites.
    ///   - mount: the path of the shared hook.
    ///   - others: whether more than one site has the shared hook.
    func requests(
        of sites: [SiteSettings], among names: [String], mount: String, besides others: Bool, delivery: String? = nil
    ) -> (sites: [String: HookRequests], line: AccessLogLine?) {
        var collector = HookLogCollector(sites, mount: mount)
        var line: AccessLogLine?
        var since: Date?
        var problem: String?
        // The end usually tells enough.
        for limit in [Self.tail, AccessLogReader.tail] {
            collector = HookLogCollector(sites, mount: mount)
            let (logs, isCut) = newest(limit)
            let summary = AccessLogReader().read(logs, last: limit, where: collector.selection(with: delivery)) {
                if delivery != nil, $0.delivery == delivery { line = $0 }
                collector.add($0)
            }
            since = summary.first
            problem = summary.problems.first?.message
            if since == nil, summary.bad > 0, let path { problem = "\(path) has no line in the format bellpull" }
            if !(summary.isPartial || isCut) || (collector.isComplete && (delivery == nil || line != nil)) { break }
        }
        let stray = newestStray
        let found = sites.map { site in
            var requests = collector.requests(of: site.name, among: names)
            (requests.log, requests.unreadable, requests.since) = (path, unreadable ?? problem, since)
            requests.wereReadByRoot = isOfRoot
            requests.isShared = others && site.secretSource == nil
            let since = [requests.lastAccepted?.time, requests.stray?.time].compactMap(\.self).max()
            if let stray, requests.stray?.isVerified != true, stray.time > since ?? .distantPast {
                requests.stray = stray
            }
            return (site.name, requests)
        }
        return (Dictionary(found) { first, _ in first }, line)
    }

    /// Returns the logs of the hook with its last `limit` bytes, and whether an older log is left out.
    private func newest(_ limit: Int) -> (logs: [AccessLogFile], isCut: Bool) {
        guard hook.count > 1, let last = hook.last, last.size ?? 0 > limit else {
            return (hook, false)
        }
        return ([last], true)
    }

    /// The newest request of a forge to another path.
    private var newestStray: HookRequests.Stray? {
        let newest = others.compactMap { log in
            log.lastLines(Self.tail, containing: "\"POST ", andOneOf: CombinedLog.agentNames)
                .lazy.compactMap { CombinedLog.stray($0[...]) }.first
        }
        return newest.max { $0.time < $1.time }
    }
}
