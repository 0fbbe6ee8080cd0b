import ArgumentParser
import Deploy
import Text

/// `bellpull log`: shows one deployment in full.
struct ShowLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Shows one deployment, with the output of git.")

    @Argument(help: "The number of the deployment in bellpull history.")
    var deployment: Int64

    @OptionGroup var options: CommonOptions

    func run() throws {
        let ledger = try options.ledger()
        let found = try reading { () throws(LedgerError) in try ledger.deployment(deployment) }
        guard let record = found else {
            throw CommandError(
                .failure, "deployment \(deployment) is not in the ledger", hint: "bellpull history")
        }
        guard !options.json else { return try Printer.print(json: DeploymentView(record, withOutput: true)) }
        let terminal = Terminal.current
        var lines = facts(of: record).map { name, value in
            let shown = name == "hint" ? value.remedyEscapedForDisplay : value.escapedForDisplay
            return terminal.styled(name.padding(to: 11), .faint) + shown
        }
        if !record.output.isEmpty { lines += ["", record.output.linesEscapedForDisplay] }
        Printer.print(lines)
    }

    private func facts(of record: DeploymentRecord) -> [(String, String)] {
        let reached = record.commit.map { ("commit", $0.description) }
        let target = record.target.map { ("target", "\($0.commit) at \($0.ref)") }
        let end = record.ended.map { ("ended", "\($0.local), \($0.relative())") }
        let facts: [(String, String)?] = [
            ("deployment", "\(record.id)"), ("site", record.site.name), ("state", record.state.rawValue),
            record.reason.map { ("reason", $0) }, record.failure?.hint.map { ("hint", $0) }, reached, target,
            ("cause", record.cause.rawValue), ("deliveries", "\(record.deliveries)"),
            ("queued", record.queued.local), record.started.map { ("started", $0.local) }, end,
            record.duration.map { ("took", $0.spoken) }, record.nextTry.map { ("next try", $0.local) },
        ]
        return facts.compactMap(\.self)
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(width - count, 0))
    }
}
