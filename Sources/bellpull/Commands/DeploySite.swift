import ArgumentParser
import Deploy

/// `bellpull deploy`: deploys a site and waits for the result.
struct DeploySite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Deploys a site now, and shows the output of git.",
        discussion: """
            Works with and without a running bellpull serve, and always asks the remote for new commits. Exits with 0 \
            if the site is up to date afterwards, and with 1 otherwise. A pinned site stays where it is.
            """)

    @Argument(help: "The name of the site.", completion: .siteNames)
    var site: String

    @OptionGroup var options: CommonOptions

    func run() throws {
        let settings = try options.settings(of: site)
        let ledger = try options.ledger(creating: true)
        let deployment = ManualDeployment(site: site, json: options.json)
        let record = try deployment.run { cancellation, transcript, started in
            try Site(settings).deployNow(ledger: ledger, cancellation, transcript) { _ in started() }
        }
        try deployment.report(record)
    }
}
