import AccessLog
import Configuration
import Foundation
import Text

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
            let isLike =
                newest.map { newest in
                    (newest.outcome, newest.status, newest.reason) == (line.outcome, line.status, line.reason)
                } ?? false
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

    /// The deliveries to a path without a deployment. A scanner's requests hide no delivery of a forge.
    private struct Problems {
        var verified = Run()
        /// Deliveries with a signature or a token, which anybody can send.
        var signed = Run()
        var ofScanners = Run()

        /// The numbers of lines of the runs.
        struct Counts {
            var verified = 0
            var signed = 0
            var ofScanners = 0
        }

        var counts: Counts {
            Counts(verified: verified.count, signed: signed.count, ofScanners: ofScanners.count)
        }

        /// Returns the newest problem after `position`.
        ///
        /// - Parameter before: the numbers of lines at `position`.
        func newest(after position: Int, _ before: Counts) -> HookRequests.Problem? {
            let verified = verified.problem(after: position, before.verified)
            guard var problem = signed.problem(after: position, before.signed) else {
                return verified ?? ofScanners.problem(after: position, before.ofScanners)
            }
            if let verified, self.verified.position > signed.position { return verified }
            problem.verified = verified?.line
            return problem
        }
    }

    private struct Site {
        let path: Int
        let hook: String
        var lastAccepted: AccessLogLine?
        var position = 0
        /// The numbers of lines about problems at the position.
        var before = Problems.Counts()
        /// The newest verified delivery that came to the shared hook in place of the site's own.
        var atSharedHook: AccessLogLine?
    }

    /// The path of the shared hook.
    private let mount: String
    /// The newest requests with a signature to paths without a hook, oldest first, one of each path.
    private var strays: [AccessLogLine] = []
    /// The newest request with a wrong signature to the shared hook.
    private var rejectedAtMount: AccessLogLine?

    private var sites: [String: Site] = [:]
    private var paths: [String: Int] = [:]
    private var problems: [Problems] = []
    private var position = 0

    /// - Parameter mount: the path of the shared hook.
    init(_ settings: [SiteSettings], mount: String) {
        self.mount = mount
        for site in settings { add(site.name, at: site.secretSource == nil ? mount : "\(mount)/\(site.name)") }
    }

    /// Creates a collector for sites with hooks of their own.
    init(own names: [String], mount: String) {
        self.mount = mount
        for name in names { add(name, at: "\(mount)/\(name)") }
    }

    private mutating func add(_ site: String, at path: String) {
        let index = paths[path] ?? problems.count
        if index == problems.count { problems.append(Problems()) }
        paths[path] = index
        sites[site] = Site(path: index, hook: path)
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
            let path = String(line.path.dropLast(line.path.hasSuffix("/") ? 1 : 0))
            noteStray(line, at: path)
            guard let index = paths[line.path] ?? paths[path] else { return }
            let problem = HookRequests.Problem(line: line, count: 1)
            if problem.isVerified {
                problems[index].verified.add(line, at: position)
            } else if problem.isLikelyOfScanner {
                problems[index].ofScanners.add(line, at: position)
            } else {
                problems[index].signed.add(line, at: position)
            }
        }
    }

    private mutating func accept(_ line: AccessLogLine, at name: String) {
        guard var site = sites[name] else { return }
        (site.lastAccepted, site.position) = (line, position)
        site.before = problems[site.path].counts
        sites[name] = site
    }

    /// Notes a delivery that may have been meant for another hook.
    private mutating func noteStray(_ line: AccessLogLine, at path: String) {
        switch (line.outcome, line.status) {
        case ("refused"?, 404?) where line.isSigned == true && paths[path] == nil:
            strays.removeAll { $0.path == line.path }
            if strays.count == AccessLogSelection.strayPaths { strays.removeFirst() }
            strays.append(line)
        case ("rejected"?, _) where line.isSigned == true && path == mount: rejectedAtMount = line
        case ("ignored"?, _) where path == mount:
            let words = " has a secret of its own: set the webhook's URL to "
            guard let reason = line.reason, let end = reason.firstRange(of: words)?.lowerBound else { return }
            sites[String(reason[..<end])]?.atSharedHook = line
        default: break
        }
    }

    /// Returns the newest delivery that may have been meant for the hook of the site `name`.
    ///
    /// - Parameter names: the names of all sites. A misspelt name of another site does not count.
    private func stray(of name: String, _ site: Site, _ names: [String]) -> HookRequests.Stray? {
        func stray(_ line: AccessLogLine?, isVerified: Bool = false) -> HookRequests.Stray? {
            guard let line, line.time > site.lastAccepted?.time ?? .distantPast else { return nil }
            return .init(
                time: line.time, path: line.path, status: line.status ?? 0, forge: nil, isVerified: isVerified)
        }
        if let verified = stray(site.atSharedHook, isVerified: true) { return verified }
        let misspelt = strays.last { line in
            let meant = line.path.split(separator: "/").last.flatMap { String($0).nearest(of: names) }
            return meant == nil || meant == name
        }
        let found = [stray(misspelt), site.hook == mount ? nil : stray(rejectedAtMount)].compactMap(\.self)
        return found.max { $0.time < $1.time }
    }

    /// The delivery of bellpull check, which asks without a signature.
    private static let check = "bellpull-check"

    private enum Kind { case accepted, problem }

    /// The outcomes of deliveries that the ledger has.
    private static let accepted: Set<String> = [
        "deployed", "unchanged", "duplicate", "queued", "waiting", "skipped", "pinned", "cancelled", "failed",
    ]

    /// The lines that matter to the collector, and those of `delivery`.
    func selection(with delivery: String?) -> AccessLogSelection {
        AccessLogSelection(
            outcomes: Self.accepted, sites: Array(sites.keys), paths: Array(paths.keys), mount: mount,
            rejection: "rejected",
            stray: ("refused", 404), except: Self.check, delivery: delivery)
    }

    /// Returns whether the ledger has the delivery; `nil` for a test of the hook.
    private static func kind(of line: AccessLogLine) -> Kind? {
        switch line.outcome {
        case let outcome? where accepted.contains(outcome): .accepted
        case "rejected"?, "ignored"?, "refused"?, "malformed"?, "misconfigured"?, "unrecorded"?:
            line.delivery == Self.check ? nil : .problem
        case nil, ""?: line.status.map { $0 >= 400 } ?? true ? .problem : nil
        default: nil
        }
    }

    /// Returns the deliveries to the site `name`.
    ///
    /// - Parameter names: the names of all sites.
    func requests(of name: String, among names: [String] = []) -> HookRequests {
        var requests = HookRequests()
        guard let site = sites[name] else { return requests }
        requests.lastAccepted = site.lastAccepted
        requests.path = site.hook
        requests.problem = problems[site.path].newest(after: site.position, site.before)
        requests.stray = stray(of: name, site, names.isEmpty ? [name] : names)
        return requests
    }
}
