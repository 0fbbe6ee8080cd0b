import AccessLog
import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git

/// `bellpull audit`: compares nginx's access log with the ledger.
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares the web server's access log with the ledger.",
        discussion: """
            Lists the deliveries in the log, and then what does not agree: a delivery that was accepted and is not in the \
            ledger, or whose deployment ended otherwise than the reply told, or never went live. Without ACCESS_LOG, reads \
            the log of the hook in nginx's configuration with its rotated files. - is standard input. Exits with 1 if anything \
            does not agree, or if a log cannot be read.
            """)

    @Argument(
        help: ArgumentHelp("Access logs in the format bellpull, compressed or not.", valueName: "access_log"),
        completion: .file())
    var logs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Read only lines since then: 2026-11-24, 2026-11-24T11:03, or 7d for seven days", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Audit only this site.", valueName: "name"), completion: .siteNames)
    var site: String?

    @Flag(
        help: "Verify the receipts of all deployments, and those in the log. Names rows that were changed or removed.")
    var chain = false

    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard since == nil || start != nil else {
            throw ValidationError(
                "--since must be a time such as 2026-11-24 or 2026-11-24T11:03, or a duration such as 7d")
        }
    }

    private var start: Date? {
        since.flatMap { text in
            Date(argument: text) ?? Duration(setting: text).map { Date(timeIntervalSinceNow: -($0 / .seconds(1))) }
        }
    }

    func run() throws {
        // Root may read the log, and the ledger's owner may not.
        let files = try AuditLogs.open(logs)
        let state = StateDirectory(environment: ProcessInfo.processInfo.environment)
        let ledger = try options.ledger()
        guard access(state.ledgerPath, F_OK) == 0 || errno != ENOENT else {
            throw CommandError(
                .failure, "there is no ledger at \(state.ledgerPath)",
                hint: "the first delivery creates the ledger; STATE_DIRECTORY names another folder")
        }
        let rows = try reading { () throws(LedgerError) in try AuditLedger(ledger, verifying: chain) }
        if let site, !rows.knows(site) { _ = try options.settings(of: site) }
        var audit = LogAudit(rows, since: start, site: site, json: options.json)
        let report = try audit.run(files)
        if !options.json { Printer.print(report.lines(audit.ledger, on: .current)) }
        guard report.disagreementCount == 0, !report.isIncomplete else { throw ExitCode.failure }
    }
}
