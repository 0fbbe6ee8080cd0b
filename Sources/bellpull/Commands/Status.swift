import ArgumentParser
import Configuration
import Deploy
import Git
import Processes

/// `bellpull status`: shows each site with its latest deployment.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows each site with its latest deployment.")

    @OptionGroup var options: CommonOptions

    /// The JSON of a site.
    private struct View: Encodable {
        let name: String
        let path: String
        let repository: String?
        let follows: String?
        let commit: String?
        let last: DeploymentView?
        let current: DeploymentView?
    }

    func run() throws {
        let configuration = try options.configuration.loadWithoutSecrets()
        configuration.warnOfRejectedSites()
        let sites = configuration.sites
        let ledger = try options.ledger()
        let records = try reading { () throws(LedgerError) in try ledger.latestDeployments() }
        let latest = Dictionary(grouping: records, by: \.site.name)
        let views = sites.map { site in
            let records = latest[site.name] ?? []
            return (site, records.last(where: \.state.isFinished), records.first { !$0.state.isFinished })
        }
        if options.json {
            try Printer.print(
                json: views.map { site, last, current in
                    View(
                        name: site.name, path: site.path, repository: site.repository?.description,
                        follows: follows(site)?.description, commit: Site(site).liveCommit?.description,
                        last: last.map { DeploymentView($0) }, current: current.map { DeploymentView($0) })
                })
        } else {
            print(views)
        }
    }

    /// What the site follows: as configured, or else the upstream of the branch that is checked out.
    private func follows(_ settings: SiteSettings) -> RefPattern? {
        if let configured = settings.follows { return configured }
        let site = Site(settings)
        _ = site.open(.within(.seconds(5)))
        return site.follows
    }

    private func print(_ views: [(SiteSettings, DeploymentRecord?, DeploymentRecord?)]) {
        var table = Table("SITE", "FOLLOWS", "COMMIT", "STATE", "SINCE", "")
        for (site, last, current) in views {
            let shown = current ?? last
            table.add(
                Table.Cell(site.name, .bold), Table.Cell(follows(site)?.description ?? "-"),
                Table.Cell(Site(site).liveCommit?.short ?? "-"),
                shown?.stateCell ?? Table.Cell("never deployed", .faint), Table.Cell(shown?.time.relative() ?? "-"),
                Table.Cell(current?.reason ?? last?.reason ?? ""))
        }
        Printer.print(table)
    }
}
