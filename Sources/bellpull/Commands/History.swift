import ArgumentParser
import Deploy
import Foundation

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
        let deployments = try deployments()
        guard !options.json else { return try Printer.print(json: deployments) }
        guard !deployments.isEmpty else {
            return Printer.print([site.map { "\($0) has never been deployed" } ?? "nothing has been deployed yet"])
        }
        var table = Table("ID", "SITE", "WHEN", "CAUSE", "STATE", "COMMIT", "TOOK", "")
        for deployment in deployments {
            table.add(
                "\(deployment.id)", Table.Cell(deployment.site, .bold), Table.Cell(deployment.age),
                Table.Cell(deployment.cause), deployment.stateCell, Table.Cell(deployment.shortCommit),
                Table.Cell(deployment.took), Table.Cell(deployment.reason ?? ""))
        }
        Printer.print(table)
    }

    private func deployments() throws(CommandError) -> [DeploymentView] {
        let state = StateDirectory(environment: ProcessInfo.processInfo.environment)
        if let file = StatusFile(inPlaceOfLedgerIn: state) {
            file.tellAge()
            return try file.deployments(of: site, limit: limit)
        }
        let ledger = try options.ledger()
        let records = try reading { () throws(LedgerError) in try ledger.deployments(of: site, limit: limit) }
        if records.isEmpty, let site { _ = try options.settings(of: site) }
        return records.map { DeploymentView($0) }
    }
}
