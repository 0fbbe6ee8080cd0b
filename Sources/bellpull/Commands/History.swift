import ArgumentParser
import Deploy

/// `bellpull history`: lists deployments, newest first.
struct History: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists deployments, newest first.")

    @Argument(help: "List only the deployments of this site.", completion: .siteNames)
    var site: String?

    @Option(help: ArgumentHelp("List at most this many deployments", valueName: "number"))
    var limit = 20

    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be a number from 1 to 100000") }
    }

    func run() throws {
        let ledger = try options.ledger()
        let records = try reading { () throws(LedgerError) in try ledger.deployments(of: site, limit: limit) }
        if records.isEmpty, let site { _ = try options.settings(of: site) }
        guard !options.json else { return try Printer.print(json: records.map { DeploymentView($0) }) }
        guard !records.isEmpty else {
            return Printer.print([site.map { "\($0) has never been deployed" } ?? "nothing has been deployed yet"])
        }
        var table = Table("ID", "SITE", "WHEN", "CAUSE", "STATE", "COMMIT", "TOOK", "")
        for record in records {
            table.add(
                "\(record.id)", Table.Cell(record.site.name, .bold), Table.Cell(record.time.relative()),
                Table.Cell(record.cause.rawValue), record.stateCell,
                Table.Cell((record.commit ?? record.target?.commit)?.short ?? "-"),
                Table.Cell(record.duration?.spoken ?? "-"), Table.Cell(record.reason ?? ""))
        }
        Printer.print(table)
    }
}
