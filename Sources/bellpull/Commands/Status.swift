import ArgumentParser
import Configuration
import Deploy
import Foundation
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

    /// A site, and what the ledger has about it.
    private struct Row {
        let settings: SiteSettings
        let follows: String?
        let last: DeploymentRecord?
        let current: DeploymentRecord?
    }

    func run() throws {
        let configuration = try options.configuration.loadWithoutSecrets()
        configuration.warnOfRejectedSites()
        let ledger = try options.ledger()
        let state = StateDirectory(environment: ProcessInfo.processInfo.environment)
        let loaded = LoadedConfiguration(inFolder: state.path)
        let records = try reading { () throws(LedgerError) in try ledger.latestDeployments() }
        let latest = Dictionary(grouping: records, by: \.site.name)
        let rows = configuration.sites.map { site in
            let records = latest[site.name] ?? []
            return Row(
                settings: site, follows: follows(site, loaded), last: records.last(where: \.state.isFinished),
                current: records.first { !$0.state.isFinished })
        }
        if options.json { try Printer.print(json: rows.map(view)) } else { print(rows) }
    }

    /// What the site follows: as configured; or as the service has found; or, if the service does not know the site, the
    /// upstream of the branch that is checked out.
    private func follows(_ settings: SiteSettings, _ loaded: LoadedConfiguration?) -> String? {
        if let configured = settings.follows { return configured.description }
        if let known = loaded?.sites.first(where: { $0.name == settings.name })?.follows { return known }
        let site = Site(settings)
        _ = site.open(.within(.seconds(5)))
        return site.follows?.description
    }

    private func view(_ row: Row) -> View {
        View(
            name: row.settings.name, path: row.settings.path, repository: row.settings.repository?.description,
            follows: row.follows, commit: Site(row.settings).liveCommit?.description,
            last: row.last.map { DeploymentView($0) }, current: row.current.map { DeploymentView($0) })
    }

    private func print(_ rows: [Row]) {
        var table = Table("SITE", "FOLLOWS", "COMMIT", "STATE", "SINCE", "")
        for row in rows {
            let shown = row.current ?? row.last
            table.add(
                Table.Cell(row.settings.name, .bold), Table.Cell(row.follows ?? "-"),
                Table.Cell(Site(row.settings).liveCommit?.short ?? "-"),
                shown?.stateCell ?? Table.Cell("never deployed", .faint), Table.Cell(shown?.time.relative() ?? "-"),
                Table.Cell(row.current?.reason ?? row.last?.reason ?? ""))
        }
        Printer.print(table)
    }
}
