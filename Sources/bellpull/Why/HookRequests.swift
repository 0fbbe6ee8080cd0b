import AccessLog
import Foundation

/// The deliveries to one site, as nginx's logs show them.
struct HookRequests {
    /// A delivery without a deployment.
    struct Problem: Equatable {
        /// The line of the hook's log.
        let line: AccessLogLine
        /// The number of such lines after the last accepted delivery.
        var count: Int
    }

    /// A forge's request to another path than the hook's.
    struct Stray: Equatable {
        let time: Date
        let path: String
        let status: Int
        let forge: String
    }

    /// The path of the hook's log; `nil` if nginx's files name none.
    var log: String?
    /// The problem with reading the log; `nil` for none.
    var unreadable: String?
    /// The time of the first line; `nil` without a line.
    var since: Date?
    /// The last line about an accepted delivery to the site.
    var lastAccepted: AccessLogLine?
    /// The newest problem after `lastAccepted`.
    var problem: Problem?
    /// Whether the problem may concern another site: the hook is shared.
    var isShared = true
    /// The newest request to another path after `lastAccepted`.
    var stray: Stray?
}
