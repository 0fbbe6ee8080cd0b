import Configuration
import Deploy
import Git
import Text

/// A site with mistakes in its file. Its settings are unknown.
struct MistakenSite {
    let name: String
    /// The first mistake, and its effect on the site.
    private let mistake: String
    private let remedy: String
    /// Whether the service goes on with the earlier settings.
    private let isInUse: Bool
    /// The commit at the site's path, if a clone is there.
    private let head: Commit?

    /// Finds the sites whose files have mistakes, sorted by name.
    ///
    /// - Parameter inUse: the sites with which the service goes on.
    static func all(in configuration: Configuration, _ inUse: Set<String>) -> [MistakenSite] {
        let names = Set(configuration.rejectedSites.compactMap(\.name)).subtracting(configuration.sites.map(\.name))
        return names.sorted().compactMap { name in
            let site = configuration.rejectedSites.first { $0.name == name }
            let path = configuration.rejectedSites.lazy.compactMap { $0.name == name ? $0.path : nil }.first
            return site?.issues.first.map { MistakenSite(name, $0, path, isInUse: inUse.contains(name)) }
        }
    }

    private init(_ name: String, _ issue: ConfigurationIssue, _ path: String?, isInUse: Bool) {
        (self.name, self.isInUse) = (name, isInUse)
        head = path.flatMap { BranchClone.commit(at: $0) }
        let effect =
            isInUse
            ? "and the service goes on with its earlier settings, which this command does not know"
            : "so pushes are not deployed"
        mistake = "its file has a mistake, \(effect): \(issue.text)"
        remedy = issue.hint ?? "\(ServiceUnit.current.command) check \(name)"
    }

    /// Returns the verdict on the site. The site is live if the service goes on with it, and if the clone is at the commit of the
    /// newest deployment.
    func verdict(in ledger: any Ledger) throws(CommandError) -> Verdict {
        let newest = try records(in: ledger).first
        guard isInUse, let newest, let commit = newest.commit, isLive(newest) else { return verdict(nil, .unknown) }
        return verdict("\(commit.short) since \(newest.time.local)", .liveWithProblem)
    }

    /// Returns the verdict on a delivery or a deployment.
    ///
    /// - Parameters:
    ///   - fact: the answer of the log or the ledger.
    ///   - outcome: the outcome of the delivery, or the state of the deployment.
    func verdict(after fact: String, _ outcome: String?, in ledger: any Ledger) throws(CommandError) -> Verdict {
        let newest = try records(in: ledger).first
        let isDeployed = ["deployed", "unchanged", "duplicate"].contains(outcome)
        return verdict(fact, isDeployed && newest.map { self.isLive($0) } == true ? .liveWithProblem : .unknown)
    }

    /// Returns the verdict on a commit; `nil` if the ledger does not know the commit at the site.
    func verdict(on commit: CommitName, in ledger: any Ledger) throws(CommandError) -> Verdict? {
        let records = try records(in: ledger)
        let isMeant = { (record: DeploymentRecord) in
            commit.names(record.commit) || commit.names(record.target?.commit)
        }
        guard let record = records.first(where: isMeant) else { return nil }
        return verdict(
            "deployment \(record.id) of the commit: \(record.state.rawValue)",
            records.first?.id == record.id && isLive(record) ? .liveWithProblem : .unknown)
    }

    private func records(in ledger: any Ledger) throws(CommandError) -> [DeploymentRecord] {
        try reading { () throws(LedgerError) in try ledger.deployments(of: name, limit: SiteFactsReader.history) }
    }

    /// Whether the clone is at the commit of the newest deployment, as far as is known.
    private func isLive(_ newest: DeploymentRecord) -> Bool {
        guard [.deployed, .unchanged].contains(newest.state), let commit = newest.commit else { return false }
        return head == nil || head == commit
    }

    private func verdict(_ fact: String?, _ state: Verdict.State) -> Verdict {
        Verdict(.configuration, site: name, (fact.map { "\($0); " } ?? "") + mistake, remedy: remedy, state: state)
    }
}
