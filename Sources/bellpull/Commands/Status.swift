import ArgumentParser
import Configuration
import Deploy
import Foundation
import Processes

/// `bellpull status`: shows each site with its latest deployment.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows each site with its latest deployment.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        let state = StateDirectory(environment: ProcessInfo.processInfo.environment)
        let sites: [SiteView]
        if let file = StatusFile(inPlaceOfLedgerIn: state) {
            file.tellAge()
            sites = file.sites
        } else {
            sites = try sitesOfLedger(state)
        }
        if options.json { try Printer.print(json: sites) } else { Printer.print(SiteView.table(sites)) }
    }

    private func sitesOfLedger(_ state: StateDirectory) throws(CommandError) -> [SiteView] {
        let configuration = try options.configuration.loadWithoutSecrets()
        configuration.warnOfRejectedSites()
        let ledger = try options.ledger()
        let loaded = LoadedConfiguration(inFolder: state.path)
        let records = try reading { () throws(LedgerError) in try ledger.latestDeployments() }
        let latest = Dictionary(grouping: records, by: \.site.name)
        return configuration.sites.map { site in
            SiteView(
                name: site.name, path: site.path, repository: site.repository?.description,
                follows: follows(site, loaded), commit: Site(site).liveCommit, pin: Site(site).pin,
                latest[site.name] ?? [])
        }
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
}
