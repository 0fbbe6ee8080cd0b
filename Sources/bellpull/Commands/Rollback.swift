import Text
import ArgumentParser
import Deploy
import Foundation

/// `bellpull rollback`: brings a site back to an earlier release or commit, and pins the site there.
struct Rollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings a site back to an earlier release or commit, and pins the site there.",
        discussion: """
            Without RELEASE, goes back to what was live before; again, to what was live before that. Later pushes do not \
            go live until bellpull unpin SITE. A deployment that is running meanwhile does not go live either.

            A site with releases is back after one rename. For other sites git checks out the commit; a site with local \
            commits or local changes is left alone.
            """)

    @Argument(help: "The name of the site.", completion: .siteNames)
    var site: String

    @Argument(
        help: ArgumentHelp(
            "A release from bellpull releases, or a commit or the beginning of its name.", valueName: "release"))
    var target: String?

    @Option(help: ArgumentHelp("Why. Shown by status and history.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: CommonOptions

    func run() throws {
        // Opening the ledger switches to its owner.
        let user = Self.user
        let deployment = try ManualDeployment(of: site, options)
        let (pin, record) = try deployment.run { cancellation, transcript, started in
            try deployment.site.rollBack(
                to: target.map(Site.RollbackTarget.named) ?? .previous, by: user, reason: reason,
                ledger: deployment.ledger, cancellation, transcript
            ) { _ in started() }
        }
        try deployment.report(record, besides: pin.rollbackNote)
        guard record.result?.commit != nil else { throw ExitCode(1) }
        deployment.say(
            "\(site) is \(pin); later pushes go live only after \(ServiceUnit.current.command) unpin \(site)")
    }

    /// The person at the terminal, also behind sudo.
    private static var user: String {
        ProcessInfo.processInfo.environment["SUDO_USER"].flatMap { $0.isEmpty ? nil : $0 } ?? NSUserName()
    }
}
