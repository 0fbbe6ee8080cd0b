import Configuration
import Deploy
import Text

/// A site whose file has mistakes, so that its settings are not known.
struct MistakenSite {
    let name: String
    /// The first mistake, and what it means for the site.
    private let mistake: String
    private let remedy: String

    /// Finds the sites whose files have mistakes, sorted by name.
    ///
    /// - Parameter inUse: the sites with which the service goes on.
    static func all(in configuration: Configuration, _ inUse: Set<String>) -> [MistakenSite] {
        let names = Set(configuration.rejectedSites.compactMap(\.name)).subtracting(configuration.sites.map(\.name))
        return names.sorted().compactMap { name in
            let issue = configuration.rejectedSites.first { $0.name == name }?.issues.first
            return issue.map { MistakenSite(name, $0, isInUse: inUse.contains(name)) }
        }
    }

    private init(_ name: String, _ issue: ConfigurationIssue, isInUse: Bool) {
        self.name = name
        let effect =
            isInUse
            ? "and the service goes on with its earlier settings, which this command does not know"
            : "so pushes are not deployed"
        mistake = "its file has a mistake, \(effect): \(issue.text)"
        remedy = issue.hint ?? "\(ServiceUnit.current.command) check \(name)"
    }

    /// The verdict on the site.
    ///
    /// - Parameter fact: what the logs or the ledger tell of the question.
    func verdict(after fact: String? = nil) -> Verdict {
        Verdict(.configuration, site: name, (fact.map { "\($0); " } ?? "") + mistake, remedy: remedy)
    }

    /// The verdict on a commit, if the ledger knows the commit at the site.
    func verdict(on commit: CommitName, in ledger: any Ledger) throws(CommandError) -> Verdict? {
        let records = try reading { () throws(LedgerError) in
            try ledger.deployments(of: name, limit: SiteFactsReader.history)
        }
        let record = records.first { commit.names($0.commit) || commit.names($0.target?.commit) }
        return record.map { verdict(after: "deployment \($0.id) of the commit: \($0.state.rawValue)") }
    }
}
