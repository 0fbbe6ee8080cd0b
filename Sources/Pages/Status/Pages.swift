internal import Deploy
internal import Foundation
internal import Git
internal import Mustache
internal import Text

/// Makes the pages.
struct Pages {
    private let source: PageSource
    private let templates = Templates.library

    init(_ source: PageSource) { self.source = source }

    /// How many sites one page lists.
    static let sitesPerPage = 100
    /// How many deployments one page lists.
    static let deploymentsPerPage = 50
    /// The seconds after which a page without a script loads itself again.
    private static let refresh = 5

    // MARK: Pages

    /// Returns the list of sites: first the sites that are being deployed, then the failed ones, then the others.
    func overview(page number: Int64?) throws(LedgerError) -> String {
        let latest = try source.latest.bySite()
        let all = source.sites.map { SiteFacts($0, latest[$0.name] ?? []) }
            .sorted { ($0.rank, $0.site.name) < ($1.rank, $1.site.name) }
        let count = max(1, (all.count + Self.sitesPerPage - 1) / Self.sitesPerPage)
        let page = min(Int(max(number ?? 1, 1)), count)
        let shown = all.dropFirst((page - 1) * Self.sitesPerPage).prefix(Self.sitesPerPage)
        let now = Date()
        let root = PagePath.overview.root
        var values = PageValues()
        values.set("sites", list: shown.map { $0.values(root: root, now: now) })
        values.set("isEmpty", isTrue: all.isEmpty)
        values.set("count", Self.count(all.count, "site"))
        let failed = all.count { $0.last?.state == .failed }
        values.set("failed", failed > 0 ? "\(failed) failed" : nil)
        let queue = source.snapshot()
        values.set("running", queue.running.isEmpty ? nil : "\(queue.running.count) deploying")
        values.set("waiting", queue.waiting.isEmpty ? nil : "\(queue.waiting.count) waiting")
        setPages(page, of: count, &values)
        return render("overview", .overview, title: failed > 0 ? "\(failed) failed" : nil, values, refreshes: true)
    }

    private func setPages(_ page: Int, of count: Int, _ values: inout PageValues) {
        values.set("hasPages", isTrue: count > 1)
        values.set("page", "Page \(page) of \(count)")
        values.set("newer", page > 1 ? "?page=\(page - 1)" : nil)
        values.set("older", page < count ? "?page=\(page + 1)" : nil)
    }

    /// Returns the deployments of all sites below the number `id`.
    func history(before id: Int64?) throws(LedgerError) -> String {
        var values = PageValues()
        let path = PagePath.history
        try setDeployments(of: nil, before: id, path, &values)
        return render("history", path, title: "History", values, refreshes: id == nil)
    }

    /// Returns the page of a site with its deployments below the number `id`; `nil` if there is no such site.
    func site(_ name: String, before id: Int64?) throws(LedgerError) -> String? {
        guard let site = source.site(name) else { return nil }
        let path = PagePath.site(name)
        let facts = SiteFacts(site, try source.latest.bySite()[name] ?? [])
        var values = facts.values(root: path.root, now: Date())
        values.set("reason", whole: facts.current?.reason ?? facts.last?.reason)
        values.set("hint", whole: facts.current == nil ? facts.last?.failure?.hint : nil)
        values.set("isFailed", isTrue: facts.rank == 1)
        values.set("repository", site.repository?.description)
        values.set("fullCommit", site.liveCommit?.description)
        values.set("release", site.liveRelease)
        values.set("running", number: facts.current.map { Int($0.id) })
        try setDeployments(of: name, before: id, path, &values)
        return render("site", path, title: name, values, refreshes: id == nil)
    }

    private func setDeployments(
        of site: String?, before id: Int64?, _ path: PagePath, _ values: inout PageValues
    ) throws(LedgerError) {
        let records = try source.ledger.deployments(of: site, before: id, limit: Self.deploymentsPerPage + 1)
        let shown = records.prefix(Self.deploymentsPerPage)
        let now = Date()
        values.set("deployments", list: shown.map { $0.values(root: path.root, now: now, withSite: site == nil) })
        values.set("isEmpty", isTrue: shown.isEmpty)
        values.set("hasPages", isTrue: id != nil || records.count > shown.count)
        values.set("newest", isTrue: id != nil)
        values.set("older", records.count > shown.count ? shown.last.map { "?before=\($0.id)" } : nil)
    }

    /// Returns the page of a deployment; `nil` if it is not in the ledger, or is of a site that is not in use.
    func deployment(_ id: Int64) throws(LedgerError) -> String? {
        guard let record = try source.ledger.deployment(id), let site = source.site(record.site.name) else {
            return nil
        }
        let path = PagePath.deployment(id)
        let now = Date()
        var values = record.values(root: path.root, now: now, withSite: true)
        values.set("reason", whole: record.reason)
        values.set("hint", whole: record.failure?.hint)
        values.set("isFailed", isTrue: record.state == .failed)
        values.set("facts", list: facts(of: record, now: now))
        let isUnfinished = !record.state.isFinished
        let output = record.state == .running ? RunningOutput(of: site.name, in: source.stateFolder) : nil
        values.set("output", lines: (output?.text ?? record.output).withoutTerminalSequences)
        values.set("hasOutput", isTrue: !(output?.text ?? record.output).isEmpty || isUnfinished)
        values.set("isRunning", isTrue: isUnfinished)
        values.set("next", number: output?.end ?? 0)
        let title = "\(record.site.name): \(record.state.rawValue)"
        return render("deployment", path, title: title, values, refreshes: isUnfinished, isFollowed: isUnfinished)
    }

    private func facts(of record: DeploymentRecord, now: Date) -> [PageValues] {
        let ref = record.target?.ref
        let facts: [(String, String?)] = [
            ("Commit", record.commit?.description), ("Pushed", record.target?.commit.description), ("Ref", ref),
            ("Cause", record.cause.rawValue), ("Deliveries", record.deliveries > 0 ? String(record.deliveries) : nil),
            ("Queued", Self.moment(record.queued, now)), ("Started", record.started.map { Self.moment($0, now) }),
            ("Ended", record.ended.map { Self.moment($0, now) }), ("Took", record.duration?.spoken),
            ("Next try", record.nextTry?.local),
        ]
        return facts.compactMap { name, value in
            value.map { value in
                var values = PageValues()
                values.set("term", name)
                values.set("value", value)
                return values
            }
        }
    }

    private static func moment(_ date: Date, _ now: Date) -> String { "\(date.local), \(date.relative(to: now))" }

    private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// Returns the page for an error.
    func message(_ status: Int, _ message: String) -> String {
        var values = PageValues()
        values.set("status", number: status)
        values.set("message", message)
        // The depth of the path is unknown, so the page does without a style sheet and links.
        return Templates.render("message", values)
    }

    // MARK: The output

    /// Returns the output of a deployment from a position on, and the state of the deployment; `nil` if there is no such
    /// deployment.
    func output(
        of id: Int64, from position: Int
    ) throws(LedgerError) -> (text: String, end: Int, state: DeploymentRecord.State)? {
        guard let record = try source.ledger.deployment(id), let site = source.site(record.site.name) else {
            return nil
        }
        guard record.state == .running else { return ("", 0, record.state) }
        let output = RunningOutput(of: site.name, in: source.stateFolder, from: position)
        return (output.text.withoutTerminalSequences.linesEscapedForDisplay, output.end, record.state)
    }

    // MARK: Rendering

    private func render(
        _ template: String, _ path: PagePath, title: String?, _ values: PageValues, refreshes: Bool,
        isFollowed: Bool = false
    ) -> String {
        var page = values
        page.set("root", markup: path.root)
        page.set("title", title.map { "\($0) · Bellpull" } ?? "Bellpull")
        page.set("version", source.version)
        page.set("refresh", number: refreshes ? Self.refresh : nil)
        page.set("isLive", isTrue: refreshes && !isFollowed)
        return Templates.render(template, page)
    }
}
