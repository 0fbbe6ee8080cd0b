import AccessLog
import Configuration

/// Finds the deliveries to each site in the lines of the hook's log. The work per line does not depend on the number of sites.
struct HookLogCollector {
    /// The latest run of equal problems.
    private struct Run {
        var newest: AccessLogLine?
        var position = 0
        /// The position of the first line, and the number of lines.
        var beginning = 0
        var count = 0

        mutating func add(_ line: AccessLogLine, at position: Int) {
            let isLike = newest.map { $0.outcome == line.outcome && $0.status == line.status } ?? false
            if !isLike { (beginning, count) = (position, 0) }
            count += line.count
            (newest, self.position) = (line, position)
        }

        /// The problem after `position`.
        ///
        /// - Parameter before: the number of lines of the run at `position`.
        func problem(after position: Int, _ before: Int) -> HookRequests.Problem? {
            guard let newest, self.position > position else { return nil }
            return .init(line: newest, count: beginning > position ? count : count - before)
        }
    }

    /// The deliveries to one path without a deployment. A scanner's requests hide no delivery of a forge.
    private struct Problems {
        var ofForges = Run()
        var ofScanners = Run()
    }

    private struct Site {
        let path: Int
        var lastAccepted: AccessLogLine?
        var position = 0
        /// The numbers of lines of the runs at the position.
        var ofForges = 0
        var ofScanners = 0
    }

    private var sites: [String: Site] = [:]
    private var paths: [String: Int] = [:]
    private var problems: [Problems] = []
    private var position = 0

    /// - Parameter mount: the path of the shared hook.
    init(_ settings: [SiteSettings], mount: String) {
        for site in settings { add(site.name, at: site.secretSource == nil ? mount : "\(mount)/\(site.name)") }
    }

    /// Creates a collector for sites with hooks of their own.
    init(own names: [String], mount: String) {
        for name in names { add(name, at: "\(mount)/\(name)") }
    }

    private mutating func add(_ site: String, at path: String) {
        let index = paths[path] ?? problems.count
        if index == problems.count { problems.append(Problems()) }
        paths[path] = index
        sites[site] = Site(path: index)
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
            if HookRequests.Problem(line: line, count: 1).isLikelyOfScanner {
                problems[index].ofScanners.add(line, at: position)
            } else {
                problems[index].ofForges.add(line, at: position)
            }
        }
    }

    private mutating func accept(_ line: AccessLogLine, at name: String) {
        guard var site = sites[name] else { return }
        (site.lastAccepted, site.position) = (line, position)
        (site.ofForges, site.ofScanners) = (problems[site.path].ofForges.count, problems[site.path].ofScanners.count)
        sites[name] = site
    }

    private enum Kind { case accepted, problem }

    /// The outcomes of deliveries that the ledger has.
    private static let accepted: Set<String> = [
        "deployed", "unchanged", "duplicate", "queued", "waiting", "skipped", "pinned", "cancelled", "failed",
    ]

    /// The lines that matter to the collector, and those of `delivery`.
    func selection(with delivery: String?) -> AccessLogSelection {
        AccessLogSelection(
            outcomes: Self.accepted, sites: Array(sites.keys), paths: Array(paths.keys), delivery: delivery)
    }

    /// Returns whether the ledger has the delivery; `nil` for a test of the hook.
    private static func kind(of line: AccessLogLine) -> Kind? {
        switch line.outcome {
        case let outcome? where accepted.contains(outcome): .accepted
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
        requests.problem =
            found.ofForges.problem(after: site.position, site.ofForges)
            ?? found.ofScanners.problem(after: site.position, site.ofScanners)
        return requests
    }
}
