import AccessLog
import Foundation

/// What nginx's logs tell of the deliveries to one site.
struct HookRequests {
    /// A delivery that did not lead to a deployment.
    struct Problem: Equatable {
        /// The line of the hook's log.
        let line: AccessLogLine
        /// How many such lines follow the last accepted delivery.
        var count: Int
    }

    /// A request of a forge that came to another place of the web server than the hook.
    struct Stray: Equatable {
        let time: Date
        let path: String
        let status: Int
        let forge: String
    }

    /// The path of the hook's log; `nil` if nginx's files name none.
    var log: String?
    /// Why the log could not be read; `nil` if it was.
    var unreadable: String?
    /// The time of the first line that was read; `nil` without a line.
    var since: Date?
    /// The last line about the site that Bellpull accepted.
    var lastAccepted: AccessLogLine?
    /// The newest problem after `lastAccepted`, which may concern another site of the shared hook.
    var problem: Problem?
    /// Whether the problem may concern another site: the hook is shared.
    var isShared = true
    /// The newest request of a forge to another place, after `lastAccepted`.
    var stray: Stray?
}
