import Processes
import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git

/// `bellpull deploy`: brings a site up to date now, and waits for it.
struct DeploySite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Deploys a site now, and shows what git does.",
        discussion: """
            Whether bellpull serve runs or not, and whatever the site is at. Ends with status 0 if the site is where it \
            should be then, and with 1 if that could not be done.
            """)

    @Argument(help: "The site.")
    var site: String

    @OptionGroup var options: CommonOptions

    func run() throws {
        let sites = try options.configuration.loadWithoutSecrets().sites
        guard let settings = sites.first(where: { $0.name == site }) else {
            let known = sites.prefix(20).map(\.name).joined(separator: ", ")
            throw CommandError(.failure, "there is no site \(site)", hint: "the sites are: \(known)")
        }
        let ledger = try options.ledger()
        let record = try deploy(Site(settings), ledger)
        if options.json { try Printer.print(json: DeploymentView(record)) }
        switch record.result {
        case .deployed(let commit)?: say("deployed \(commit.short) in \((record.duration ?? .zero).spoken)")
        case .unchanged(let commit)?: say("\(site) is at \(commit.short) already")
        case .failed(let failure)?: throw CommandError(failure, .failure)
        default:
            throw CommandError(.failure, "the deployment of \(site) was cut short", hint: "bellpull deploy \(site)")
        }
    }

    /// Everything but JSON goes to standard error, so that nothing gets between its lines.
    private func say(_ text: String) {
        guard !options.json else { return }
        Printer.print([text])
    }

    private func deploy(_ site: Site, _ ledger: any Ledger) throws(CommandError) -> DeploymentRecord {
        let cancellation = Signals.cancellation()
        let transcript = Transcript(showsProgress: isatty(STDERR_FILENO) == 1) {
            try? FileHandle.standardError.write(contentsOf: $0)
        }
        return try reading { () throws(LedgerError) in
            try site.deployNow(ledger: ledger, cancellation, transcript)
        }
    }
}
