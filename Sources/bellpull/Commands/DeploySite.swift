import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git
import Processes

/// `bellpull deploy`: deploys a site and waits for the result.
struct DeploySite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Deploys a site now, and shows the output of git.",
        discussion: """
            Works with and without a running bellpull serve, and always asks the remote for new commits. Exits with 0 \
            if the site is up to date afterwards, and with 1 otherwise.
            """)

    @Argument(help: "The name of the site.", completion: .siteNames)
    var site: String

    @OptionGroup var options: CommonOptions

    func run() throws {
        let settings = try options.settings(of: site)
        let ledger = try options.ledger(creating: true)
        let record = try deploy(Site(settings), ledger)
        if options.json { try Printer.print(json: DeploymentView(record)) }
        switch record.result {
        case .deployed(let commit)?: say("deployed \(commit.short) in \((record.duration ?? .zero).spoken)")
        case .unchanged(let commit)?: say("\(site) is already at \(commit.short)")
        case .skipped(let reason)?: say("\(site) was not deployed: \(reason)")
        case .pinned(let reason)?: say("\(site) was not deployed: \(reason)")
        case .waiting?:
            throw CommandError(.failure, record.reason ?? "the remote lags", hint: "bellpull log \(record.id)")
        case .failed(let failure)?: throw CommandError(failure, .failure)
        default:
            throw CommandError(.failure, "the deployment of \(site) was interrupted", hint: "bellpull deploy \(site)")
        }
    }

    /// Prints `text`, unless JSON was requested: the standard output then holds only the JSON.
    private func say(_ text: String) {
        guard !options.json else { return }
        Printer.print([text])
    }

    private func deploy(_ site: Site, _ ledger: any Ledger) throws(CommandError) -> DeploymentRecord {
        let cancellation = Signals.shared.cancellation
        let transcript = Transcript(showsProgress: isatty(STDERR_FILENO) == 1) {
            try? FileHandle.standardError.write(contentsOf: $0)
        }
        // The site's lock is usually free. Somebody who waits wants to know what for.
        let notice = TimerQueue()
        defer { notice.stop() }
        notice.after(.seconds(1)) { [name = site.name] in
            Self.tell("waiting for the running deployment of \(name); Ctrl-C cancels the request")
        }
        return try reading { () throws(LedgerError) in
            try site.deployNow(ledger: ledger, cancellation, transcript) { _ in notice.stop() }
        }
    }

    private static func tell(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
    }
}
