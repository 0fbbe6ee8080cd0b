import Text
import ArgumentParser
import Deploy

/// `bellpull unpin`: lets a site follow its remote again.
struct Unpin: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets a pinned site follow its remote again, and brings the site up to date.",
        discussion: "Removes the pin that bellpull rollback has set, and deploys the newest push.")

    @Argument(help: "The name of the site.", completion: .siteNames)
    var site: String

    @OptionGroup var options: CommonOptions

    func run() throws {
        let deployment = try ManualDeployment(of: site, options)
        let unpinned = try deployment.run { cancellation, transcript, started in
            try deployment.site.unpin(ledger: deployment.ledger, cancellation, transcript) { _ in started() }
        }
        guard let (pin, record) = unpinned else {
            throw CommandError(
                .failure, "\(site) is not pinned",
                hint: "\(ServiceUnit.current.command) deploy \(site) deploys the newest push")
        }
        deployment.say("\(site) was \(pin)")
        try deployment.report(record)
    }
}
