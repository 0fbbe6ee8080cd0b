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
        /// The newest verified delivery without a deployment, if this delivery came later and is not verified.
        var verified: AccessLogLine?

        /// Whether Bellpull verified the delivery. Anybody can send a header like a signature, and only a verified payload is
        /// decoded.
        var isVerified: Bool {
            switch line.outcome {
            case "ignored"?, "unrecorded"?: true
            case "malformed"?: line.reason.map { $0.contains(" payload") || $0.contains(" the form ") } ?? false
            default: false
            }
        }

        /// Whether the request had no signature, like those of scanners.
        var isLikelyOfScanner: Bool { !isVerified && line.isSigned == false }
    }

    /// A forge's request to another path than the hook's.
    struct Stray: Equatable {
        let time: Date
        let path: String
        let status: Int
        /// The forge, as the request names it; `nil` for a request in the hook's log.
        let forge: String?
        /// Whether Bellpull verified the delivery.
        var isVerified = false
    }

    /// The path of the hook's log; `nil` if nginx's files name none.
    var log: String?
    /// The problem with reading the log; `nil` for none.
    var unreadable: String?
    /// Whether root read the logs.
    var wereReadByRoot = false
    /// The time of the first line; `nil` without a line.
    var since: Date?
    /// The last line about an accepted delivery to the site.
    var lastAccepted: AccessLogLine?
    /// The newest problem after `lastAccepted`. Requests of scanners count only if there is no other problem.
    var problem: Problem?
    /// Whether the problem may concern another site: the hook is shared.
    var isShared = true
    /// The path of the hook.
    var path = ""
    /// The newest request to another path after `lastAccepted`.
    var stray: Stray?
}
