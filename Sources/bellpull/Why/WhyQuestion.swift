import AccessLog
import Configuration
import Deploy
import Foundation
import Git
import Synchronization
import Text

/// The question about sites, a commit or a delivery.
struct WhyQuestion: Sendable {
    private let reader: SiteFactsReader
    private let web: NginxCheck
    private let rejected: [MistakenSite]

    /// The number of sites to look at in parallel.
    private static let parallel = 8

    init(_ reader: SiteFactsReader, _ web: NginxCheck, rejected: [MistakenSite]) {
        (self.reader, self.web, self.rejected) = (reader, web, rejected)
    }

    // MARK: Sites

    /// Returns the verdicts on the newest commits of `sites`.
    func verdicts(on sites: [SiteSettings]) throws(CommandError) -> [Verdict] {
        try facts(of: sites).map { Diagnosis($0).verdict }
    }

    /// Returns the facts of `sites`, in their order. Works on plain threads, as child processes inherit the signal mask of the
    /// thread.
    private func facts(
        of sites: [SiteSettings], about name: CommitName? = nil
    ) throws(CommandError) -> [SiteFacts] {
        let next = Atomic<Int>(0)
        let found = Mutex([Result<SiteFacts, CommandError>?](repeating: nil, count: sites.count))
        let group = DispatchGroup()
        for _ in 0..<min(Self.parallel, sites.count) {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < sites.count else { return }
                    let result = Result { () throws(CommandError) in try facts(of: sites[index], about: name) }
                    found.withLock { $0[index] = result }
                }
            }
        }
        group.wait()
        var all: [SiteFacts] = []
        for result in found.withLock({ $0 }) { if let result { all.append(try result.get()) } }
        return all
    }

    private func facts(of site: SiteSettings, about name: CommitName?) throws(CommandError) -> SiteFacts {
        try reader.facts(of: site, about: name) {
            PageVisit(
                to: site, web, environment: ProcessInfo.processInfo.environment, reader.cancellation)?.look()
        }
    }

    // MARK: A commit

    /// Returns the verdicts on the commit `name` at each site that knows it; empty if no site does.
    func knownVerdicts(on name: CommitName) throws(CommandError) -> [Verdict] {
        let verdicts = try facts(of: reader.configuration.sites, about: name).compactMap { facts -> Verdict? in
            let commits =
                facts.records.flatMap { [$0.commit, $0.target?.commit] }
                + [facts.live, facts.remoteCommit, facts.contained]
            guard let commit = commits.lazy.compactMap(\.self).first(where: { name.names($0) }) else { return nil }
            return Diagnosis(facts, asked: commit).verdict
        }
        var ofRejected: [Verdict] = []
        for site in rejected {
            if let verdict = try site.verdict(on: name, in: reader.ledger) { ofRejected.append(verdict) }
        }
        return ofRejected + verdicts
    }

    /// Returns the verdicts on the commit `name`, unknown at all sites. A site with a mistake in its file may have it.
    func unknownVerdicts(on name: CommitName) throws(CommandError) -> [Verdict] {
        let remotes =
            reader.asksOutside ? ", and no remote has it as the newest commit of a ref that a site follows" : ""
        let unknown = Verdict(
            .unknown, site: nil, "no delivery has announced a commit \(name.text), and no site has it\(remotes)",
            remedy:
                "is it pushed, and to the branch that the site follows? \(ServiceUnit.current.command) status shows "
                + "the sites; an older commit than the last 50 deployments of a site is in bellpull history",
            state: .unknown)
        return try [unknown] + verdictsOnRejected()
    }

    /// Returns the verdicts on the sites whose files have mistakes.
    func verdictsOnRejected() throws(CommandError) -> [Verdict] {
        var verdicts: [Verdict] = []
        for site in rejected { verdicts.append(try site.verdict(in: reader.ledger)) }
        return verdicts
    }

    // MARK: A delivery

    /// Returns the verdicts on the delivery `id` at each site that it concerns.
    ///
    /// - Parameters:
    ///   - line: the line of the log about the delivery; `nil` if there is none.
    ///   - requests: what the log tells of any site.
    func verdicts(
        on id: String, _ line: AccessLogLine?, _ requests: HookRequests?
    ) throws(CommandError) -> [Verdict] {
        guard let line else { return try verdictsOfLedger(on: id, requests) }
        let time = line.time.relative()
        let fact = "the delivery came \(time) and \(DeliveryFate.words(line.outcome))"
        let sites = reader.configuration.sites.filter { line.sites.contains($0.name) }
        let ofRejected = try rejected.filter { line.sites.contains($0.name) }.map { site throws(CommandError) in
            try site.verdict(after: fact, line.outcome, in: reader.ledger)
        }
        guard !sites.isEmpty || !ofRejected.isEmpty else {
            let reason = line.reason.map { ": \($0)" } ?? ""
            guard let site = line.site else {
                return [
                    Verdict(
                        .notAccepted, site: nil, "\(fact)\(reason)",
                        remedy: line.outcome == "malformed"
                            ? "look at the forge's page of the delivery, which shows what it has sent"
                            : "\(ServiceUnit.current.command) status shows what the sites follow")
                ]
            }
            return [
                Verdict(
                    .unknown, site: nil, "\(fact)\(reason); it was for \(site), which is not configured any more",
                    remedy: "\(ServiceUnit.current.command) status shows the sites", state: .unknown)
            ]
        }
        var commit = line.commit.flatMap { Commit($0) }
        if commit == nil { commit = try announcedCommit(of: id) }
        return try ofRejected
            + facts(of: sites, about: commit.flatMap { CommitName($0.description) }).map { facts in
                Diagnosis(facts, asked: commit).verdict.after(fact)
            }
    }

    /// Returns the commit of the delivery `id` in the ledger. The line about a failed deployment has no commit.
    private func announcedCommit(of id: String) throws(CommandError) -> Commit? {
        try reading { () throws(LedgerError) in try reader.ledger.deployments(askedByDelivery: id) }.first?.target?
            .commit
    }

    /// Returns the verdicts on a delivery that the log does not have any more.
    private func verdictsOfLedger(on id: String, _ requests: HookRequests?) throws(CommandError) -> [Verdict] {
        let records = try reading { () throws(LedgerError) in try reader.ledger.deployments(askedByDelivery: id) }
        let sites = reader.configuration.sites.filter { site in records.contains { $0.site.name == site.name } }
        func beginning(_ site: String) -> String {
            let record = records.first { $0.site.name == site }
            return "the delivery asked for deployment \(record?.id ?? 0), \(record?.state.rawValue ?? "")"
        }
        let ofRejected = try rejected.filter { site in records.contains { $0.site.name == site.name } }
            .map { site throws(CommandError) in
                let record = records.first { $0.site.name == site.name }
                return try site.verdict(after: beginning(site.name), record?.state.rawValue, in: reader.ledger)
            }
        guard !sites.isEmpty || !ofRejected.isEmpty else {
            return try [unknown(id, requests)] + verdictsOnRejected()
        }
        return try ofRejected
            + facts(of: sites, about: records.first?.target.flatMap { CommitName($0.commit.description) }).map {
                facts in
                let record = records.first { $0.site.name == facts.name }
                return Diagnosis(facts, asked: record?.target?.commit).verdict.after(beginning(facts.name))
            }
    }

    private func unknown(_ id: String, _ requests: HookRequests?) -> Verdict {
        let since = requests?.since.map { " since \($0.local)" } ?? ""
        let near = id.nearest(of: reader.configuration.sites.map(\.name) + rejected.map(\.name))
        let log = requests?.unreadable ?? requests?.log.map { "\($0) has no delivery \(id)\(since)" }
        return Verdict(
            .unknown, site: nil, log ?? "nginx's files name no log of the hook in the format bellpull",
            remedy: near.map { "did you mean the site \($0)? \(ServiceUnit.current.command) why \($0)" }
                ?? "the id is the one on the forge's page of the delivery; a delivery with a wrong secret is logged "
                + "without its id, and a site of this name is not configured", state: .unknown)
    }
}

extension SiteFacts {
    /// The commit that the remote has; `nil` if it was not asked.
    var remoteCommit: Commit? { if case .commit(let target) = remote { target.commit } else { nil } }
}
