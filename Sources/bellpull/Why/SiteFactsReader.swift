import Configuration
import Deploy
import Foundation
import Git
import Processes
import Text

/// Gathers the facts about sites from the ledger, the sites, the remotes and nginx's logs.
struct SiteFactsReader: Sendable {
    let configuration: Configuration
    let ledger: any Ledger
    let state: StateDirectory
    /// The mistakes in the settings of sites in the running service, by name.
    let problems: [String: CheckResult]
    let hasService: Bool
    /// Whether nginx takes only smaller bodies than Bellpull.
    let nginxTakesLess: Bool
    /// The deliveries in nginx's logs, by the name of the site.
    let requests: [String: HookRequests]
    /// Whether to ask the remotes, and to look at the sites as a visitor.
    let asksOutside: Bool
    let cancellation: Cancellation

    /// How many deployments to look at.
    static let history = 50
    /// How much of the output to show.
    private static let lines = 5
    private static let time = Duration.seconds(20)

    /// Gathers the facts about the site `settings`.
    ///
    /// - Parameters:
    ///   - name: the name of the commit in question; `nil` for the newest commit.
    ///   - visit: looks at the site as a visitor, if the site is at its commit.
    func facts(
        of settings: SiteSettings, about name: CommitName?, visit: () -> VisitedPage?
    ) throws(CommandError) -> SiteFacts {
        let site = Site(settings)
        let limits = Limits.within(Self.time, cancellation: cancellation)
        var facts = SiteFacts(name: settings.name)
        facts.command = ServiceUnit.current.command
        if !site.isDeclared, asksOutside { _ = site.open(limits) }
        facts.follows = (settings.follows ?? site.follows).map { "\($0)" }
        facts.catchUp = settings.catchUp
        facts.live = site.liveCommit
        facts.contained = name.flatMap { site.commitInLive(named: $0.text, limits) }
        facts.pin = site.pin
        facts.hasService = hasService
        facts.configurationProblem = problems[settings.name]
        facts.requests = requests[settings.name] ?? HookRequests()
        facts.records = try reading { () throws(LedgerError) in
            try ledger.deployments(of: settings.name, limit: Self.history)
        }
        facts.nginxTakesLess = nginxTakesLess
        facts.bodyLimit = configuration.bodyLimit
        facts.running = try reading { () throws(LedgerError) in
            try ledger.latestDeployments().filter { $0.state == .running }.map(\.site.name)
        }
        if asksOutside { ask(site, limits, &facts) }
        facts.tests = try tests(in: facts)
        // A deployment may have started since the reading began.
        facts.now = Date()
        let pushes = facts.records.filter { record in !facts.tests.contains { $0.id == record.id } }
        facts.output = try output(of: pushes, settings.name)
        if asksOutside, Diagnosis(facts).verdict.isLive { facts.visitors = visit() }
        return facts
    }

    private func ask(_ site: Site, _ limits: Limits, _ facts: inout SiteFacts) {
        if let failure = site.open(limits) {
            facts.remote = .unopened(failure)
            return
        }
        do throws(Failure) {
            let newest = try site.newestPush(limits)
            facts.remote = .commit(newest)
            guard newest.commit != facts.live, !facts.records.contains(where: { $0.state == .running }) else { return }
            let inspection = try site.inspect(limits)
            facts.hasRemoteCommit =
                inspection.missed == nil && site.liveCommit == inspection.commit && facts.pin == nil
                && !isSkipped(newest.commit, facts) && inspection.takenBack == nil
            (facts.obstacles, facts.isInspected) = (inspection.obstacles, true)
        } catch {
            facts.remote = .failed(error)
        }
    }

    /// Returns the deployments of commits that the remote does not have, announced by `bellpull deliver` alone.
    private func tests(in facts: SiteFacts) throws(CommandError) -> [DeploymentRecord] {
        var tests: [DeploymentRecord] = []
        for record in facts.records where record.cause == .push && isLate(record, facts) {
            let isTest = try reading { () throws(LedgerError) in
                try DeliveryTest.isOnlyCause(of: record.id, in: ledger)
            }
            if isTest { tests.append(record) }
        }
        return tests
    }

    /// Returns whether the remote does not show, or never showed, the announced commit.
    private func isLate(_ record: DeploymentRecord, _ facts: SiteFacts) -> Bool {
        switch record.state {
        case .waiting: true
        case .failed: record.failure?.message.hasPrefix("the remote never showed ") == true
        // At its next try.
        case .running, .queued:
            facts.remoteCommit != nil && facts.remoteCommit == facts.live && record.target?.commit != facts.live
        default: false
        }
    }

    /// A skipped commit is not missed either.
    private func isSkipped(_ commit: Commit, _ facts: SiteFacts) -> Bool {
        facts.records.contains { $0.state == .skipped && $0.target?.commit == commit }
    }

    /// Returns the last lines of the newest deployment's output, if the deployment runs or has failed.
    private func output(of records: [DeploymentRecord], _ site: String) throws(CommandError) -> [String] {
        guard let record = records.first(where: { $0.state == .running || $0.state.isFinished }) else { return [] }
        var text = ""
        if record.state == .running {
            var tail = OutputTail(of: site, state)
            text = tail.read()
        } else if record.state == .failed {
            text = try reading { () throws(LedgerError) in try ledger.deployment(record.id)?.output } ?? ""
        }
        return text.split(separator: "\n").suffix(Self.lines).map(String.init)
    }
}
