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
        let deployment = try ManualDeployment(of: site, options)
        let record = try deployment.run { cancellation, transcript, started in
            try deployment.site.deployNow(ledger: deployment.ledger, cancellation, transcript) { _ in started() }
        }
        try deployment.report(record)
    }
}
