import ArgumentParser
import Deploy
import Foundation
import Text

/// `bellpull log`: shows one deployment in full, or follows the deployments of a site.
struct ShowLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Shows one deployment, with the output of git and of the steps.",
        discussion: "Without a number, shows the last deployment.")

    @Argument(
        help: "The number of the deployment in bellpull history, or the name of a site for its last deployment.",
        completion: .siteNames)
    var deployment: String?

    @Flag(
        name: [.short, .long],
        help: "Show the output while it is written, and go on with each further deployment, until Ctrl-C.")
    var follow = false

    @OptionGroup var options: CommonOptions

    /// How often the ledger is asked for further deployments, in microseconds.
    private static let interval: UInt32 = 500_000

    func validate() throws {
        guard !follow || number == nil else { throw ValidationError("--follow takes the name of a site, or no name") }
    }

    /// The number; `nil` if a site was named, or nothing.
    private var number: Int64? { deployment.flatMap { Int64($0) } }

    private var site: String? { number == nil ? deployment : nil }

    func run() throws {
        let ledger = try options.ledger()
        if follow {
            if let site { _ = try options.settings(of: site) }
            return try followDeployments(in: ledger)
        }
        try show(try record(in: ledger))
    }

    private func record(in ledger: any Ledger) throws(CommandError) -> DeploymentRecord {
        if let number {
            if let record = try reading({ () throws(LedgerError) in try ledger.deployment(number) }) { return record }
            throw CommandError(
                .failure, "deployment \(number) is not in the ledger", hint: "\(ServiceUnit.current.command) history")
        }
        let last = try reading { () throws(LedgerError) in
            guard let newest = try ledger.deployments(of: site, limit: 1).first else { return nil as DeploymentRecord? }
            return try ledger.deployment(newest.id)
        }
        if let last { return last }
        if let site { _ = try options.settings(of: site) }
        let message = site.map { "\($0) has never been deployed" } ?? "nothing has been deployed yet"
        throw CommandError(.failure, message, hint: "\(ServiceUnit.current.command) status shows the sites")
    }

    /// Prints the last deployment, and then each deployment when it starts, waits and ends.
    private func followDeployments(in ledger: any Ledger) throws {
        var shown: [DeploymentRecord.ID: DeploymentRecord.State] = [:]
        var oldest: DeploymentRecord.ID?
        var outputs: [String: OutputTail] = [:]
        while true {
            let newest = try reading { () throws(LedgerError) in try ledger.deployments(of: site, limit: 100) }
            let first = oldest ?? newest.first?.id ?? 0
            oldest = first
            for record in newest.reversed() where record.id >= first && shown[record.id] != record.state {
                let name = record.site.name
                var wasShown = false
                if record.state.isFinished {
                    printOutput(of: name, &outputs, isFinished: true)
                    wasShown = outputs[name]?.hasShown == true
                    outputs[name] = nil
                }
                if shown.updateValue(record.state, forKey: record.id) == nil || record.state.isFinished {
                    let whole = try reading { () throws(LedgerError) in try ledger.deployment(record.id) }
                    if let whole { try show(whole, separated: shown.count > 1, withOutput: !wasShown) }
                } else {
                    Printer.print(["deployment \(record.id) of \(name): \(record.state.rawValue)"])
                }
            }
            for record in newest where record.id >= first && record.state == .running {
                printOutput(of: record.site.name, &outputs)
            }
            usleep(Self.interval)
        }
    }

    /// Prints what the running deployment of `site` has written since the last call. JSON has the output at the end.
    private func printOutput(of site: String, _ outputs: inout [String: OutputTail], isFinished: Bool = false) {
        guard !options.json else { return }
        var tail = outputs[site] ?? OutputTail(of: site, state)
        let text = tail.read(isFinished: isFinished)
        outputs[site] = tail
        if !text.isEmpty { Printer.print([text.linesEscapedForDisplay]) }
    }

    private var state: StateDirectory { StateDirectory(environment: ProcessInfo.processInfo.environment) }

    private func show(_ record: DeploymentRecord, separated: Bool = false, withOutput: Bool = true) throws {
        guard !options.json else { return try Printer.print(json: DeploymentView(record, withOutput: true)) }
        let terminal = Terminal.current
        var lines = facts(of: record).map { name, value in
            let shown = name == "hint" ? value.remedyEscapedForDisplay : value.escapedForDisplay
            return terminal.styled(name.padding(to: 11), .faint) + shown
        }
        var output = withOutput ? record.output : ""
        if record.state == .running, !follow {
            var tail = OutputTail(of: record.site.name, state)
            output = tail.read()
        }
        if !output.isEmpty { lines += ["", output.linesEscapedForDisplay] }
        Printer.print((separated ? [""] : []) + lines)
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
