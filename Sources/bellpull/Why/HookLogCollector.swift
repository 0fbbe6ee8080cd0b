import AccessLog
import Configuration

/// Finds the deliveries to each site in the lines of the hook's log. The work per line does not depend on the number of sites.
struct HookLogCollector {
    /// The deliveries to one path without a deployment.
    private struct Problems {
        var newest: AccessLogLine?
        var position = 0
        /// The latest run of equal problems: the position of its first line, and its length.
        var beginning = 0
        var count = 0
    }

    private struct Site {
        let path: Int
        var lastAccepted: AccessLogLine?
        var position = 0
    }

    private var sites: [String: Site] = [:]
    private var paths: [String: Int] = [:]
    private var problems: [Problems] = []
    private var position = 0

    /// - Parameter mount: the path of the shared hook.
    init(_ settings: [SiteSettings], mount: String) {
        for site in settings {
            let path = site.secretSource == nil ? mount : "\(mount)/\(site.name)"
            let index = paths[path] ?? problems.count
            if index == problems.count { problems.append(Problems()) }
            paths[path] = index
            sites[site.name] = Site(path: index)
        }
    }

    /// Whether an accepted delivery of each site was found: earlier lines are of no interest.
    var isComplete: Bool { sites.values.allSatisfy { $0.lastAccepted != nil } }

    /// Looks at the next line.
    mutating func add(_ line: AccessLogLine) {
        guard line.method == "POST", let kind = Self.kind(of: line) else { return }
        position += 1
        switch kind {
        case .accepted:
            guard let named = line.site else { return }
            if sites[named] != nil { accept(line, at: named) } else { line.sites.forEach { accept(line, at: $0) } }
        case .problem:
            // nginx logs /github, and /github/ for the same hook.
            guard let index = paths[line.path] ?? paths[String(line.path.dropLast(line.path.hasSuffix("/") ? 1 : 0))]
            else { return }
            let isLike = problems[index].newest.map { $0.outcome == line.outcome && $0.status == line.status } ?? false
            if !isLike { (problems[index].beginning, problems[index].count) = (position, 0) }
            problems[index].count += 1
            (problems[index].newest, problems[index].position) = (line, position)
        }
    }

    private mutating func accept(_ line: AccessLogLine, at name: String) {
        guard var site = sites[name] else { return }
        (site.lastAccepted, site.position) = (line, position)
        sites[name] = site
    }

    private enum Kind { case accepted, problem }

    /// Returns whether the ledger has the delivery; `nil` for a test of the hook.
    private static func kind(of line: AccessLogLine) -> Kind? {
        switch line.outcome {
        case "deployed"?, "unchanged"?, "duplicate"?, "queued"?, "waiting"?, "skipped"?, "pinned"?, "cancelled"?,
            "failed"?:
            .accepted
        case "rejected"?, "ignored"?, "refused"?, "malformed"?, "misconfigured"?, "unrecorded"?:
            // bellpull check asks without a signature.
            line.delivery == "bellpull-check" ? nil : .problem
        case nil, ""?: line.status.map { $0 >= 400 } ?? true ? .problem : nil
        default: nil
        }
    }

    /// Returns the deliveries to the site `name`.
    func requests(of name: String) -> HookRequests {
        var requests = HookRequests()
        guard let site = sites[name] else { return requests }
        requests.lastAccepted = site.lastAccepted
        let found = problems[site.path]
        if let line = found.newest, found.position > site.position {
            requests.problem = .init(line: line, count: found.beginning > site.position ? found.count : 1)
        }
        return requests
    }
}
