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

    init() {}

    /// Collects what the lines tell of `site`.
    ///
    /// - Parameters:
    ///   - path: the path of the site's hook, such as `/github` or `/github/blog`.
    ///   - isShared: whether other sites have the same hook.
    init(of site: String, at path: String, isShared: Bool) {
        self.isShared = isShared
        (self.site, self.path) = (site, path)
    }

    private var site = ""
    private var path = ""

    /// Looks at a line of the hook's log.
    mutating func add(_ line: AccessLogLine) {
        guard line.method == "POST" else { return }
        if line.sites.contains(site), Self.leadsToDeployment(line) {
            (lastAccepted, problem) = (line, nil)
            return
        }
        let requested = line.path.hasSuffix("/") && line.path.count > 1 ? String(line.path.dropLast()) : line.path
        guard requested == path, Self.isProblem(line) else { return }
        let count = problem.map { $0.line.outcome == line.outcome && $0.line.status == line.status ? $0.count + 1 : 1 }
        problem = Problem(line: line, count: count ?? 1)
    }

    /// Whether the ledger has the delivery.
    private static func leadsToDeployment(_ line: AccessLogLine) -> Bool {
        switch line.outcome {
        case "deployed"?, "unchanged"?, "duplicate"?, "queued"?, "waiting"?, "skipped"?, "pinned"?, "cancelled"?,
            "failed"?:
            true
        default: false
        }
    }

    private static func isProblem(_ line: AccessLogLine) -> Bool {
        // bellpull check asks without a signature.
        if line.delivery == "bellpull-check" { return false }
        switch line.outcome {
        case "rejected"?, "ignored"?, "refused"?, "malformed"?, "misconfigured"?, "unrecorded"?: return true
        case nil, ""?: return line.status.map { $0 >= 400 } ?? true
        default: return false
        }
    }

    /// Looks at a line of another log of the web server, in the format `combined`
    /// (nginx.org, "Module ngx_http_log_module").
    mutating func addStray(_ line: Substring) {
        guard let forge = Self.agents.first(where: { agent in line.contains(agent.agent) })?.forge,
            let start = line.firstRange(of: "\"POST ")?.upperBound,
            let end = line[start...].firstIndex(of: "\"")
        else { return }
        let request = line[start..<end].split(separator: " ")
        let rest = line[line.index(after: end)...].split(separator: " ")
        guard let target = request.first, let status = rest.first.flatMap({ Int($0) }), let time = Self.time(in: line)
        else { return }
        let requested = String(target.prefix { $0 != "?" })
        guard time > (lastAccepted?.time ?? .distantPast), stray.map({ $0.time <= time }) ?? true else { return }
        stray = Stray(time: time, path: requested, status: status, forge: forge)
    }

    /// How forges name themselves.
    private static let agents: [(agent: String, forge: String)] = [
        (agent: "GitHub-Hookshot", forge: "GitHub"),
        ("Bitbucket-Webhooks", "Bitbucket"), ("Atlassian", "Bitbucket"),
        ("Forgejo", "Forgejo"), ("Gitea", "Gitea"), ("GitLab", "GitLab"), ("Gogs", "Gogs"),
        ("bellpull-deliver", "bellpull deliver"),
    ]

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Parses `[30/Nov/2026:14:40:13 +0000]`.
    static func time(in line: Substring) -> Date? {
        guard let open = line.firstIndex(of: "["), let close = line[open...].firstIndex(of: "]") else { return nil }
        let words = line[line.index(after: open)..<close].split { "/: ".contains($0) }
        guard words.count == 7, let month = months.firstIndex(of: String(words[1])), let offset = Int(words[6]) else {
            return nil
        }
        let numbers = [words[0], words[2], words[3], words[4], words[5]].compactMap { Int32($0) }
        guard numbers.count == 5 else { return nil }
        var parts = tm()
        (parts.tm_mday, parts.tm_mon, parts.tm_year) = (numbers[0], Int32(month), numbers[1] - 1900)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[2], numbers[3], numbers[4])
        return Date(timeIntervalSince1970: TimeInterval(timegm(&parts) - offset / 100 * 3600 - offset % 100 * 60))
    }
}
