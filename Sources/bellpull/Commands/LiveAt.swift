import ArgumentParser
import Deploy
import Foundation
import Git

/// `bellpull at`: tells what was live at some time.
struct LiveAt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "at", abstract: "Tells what was live at some time, since when, and which delivery asked for it.",
        discussion: """
            The ledger remembers deployments only for a time, and knows nothing of what went live before. Without a zone, TIME \
            is local. A date alone is the beginning of the day.
            """)

    @Argument(help: "The time, such as 2026-11-24, 2026-11-24T11:03 or 2026-11-24T10:03:00Z.")
    var time: String

    @Argument(help: "Tell only about this site.", completion: .siteNames)
    var site: String?

    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard let date = Date(argument: time) else {
            throw ValidationError("TIME must be a time such as 2026-11-24, 2026-11-24T11:03 or 2026-11-24T10:03:00Z")
        }
        guard date <= Date() else { throw ValidationError("\(time) is in the future") }
    }

    func run() throws {
        guard let date = Date(argument: time) else { return }
        let ledger = try options.ledger()
        let (extent, live) = try reading { () throws(LedgerError) in
            (try ledger.extent(), try ledger.liveDeployments(at: date, of: site))
        }
        if live.isEmpty, let site {
            if try reading({ () throws(LedgerError) in try ledger.deployments(of: site, limit: 1) }).isEmpty {
                _ = try options.settings(of: site)
            }
        }
        let isKnown = date > extent.deployments
        guard !options.json else { return try Printer.print(json: LiveView(date, isKnown, extent, live)) }
        for site in live { Printer.print(lines(site)) }
        if live.isEmpty || !isKnown { Printer.print([unknown(isKnown, extent)]) }
    }

    private func lines(_ live: LiveDeployment) -> [String] {
        let record = live.record
        let since = record.ended ?? record.queued
        let name = Terminal.current.styled(record.site.name.escapedForDisplay, .bold)
        let found = record.state == .unchanged ? "since \(since.local) or earlier" : "since \(since.local)"
        var lines = ["\(name): \(record.commit?.description ?? "-"), live \(found), deployment \(record.id)"]
        lines += live.deliveries.map { delivery in
            let id = delivery.forgeID.map { " \($0)" } ?? " without an id"
            return
                "  asked by the delivery\(id) of \(delivery.forge) for \(delivery.repository), \(delivery.received.local)"
                .escapedForDisplay
        }
        if live.deliveries.isEmpty { lines.append("  asked by no delivery: \(record.cause.words)") }
        if let failure = live.laterFailure {
            let text =
                "  deployment \(failure.id) failed later, \((failure.ended ?? failure.queued).local): \(failure.reason ?? "")"
            lines.append(text.escapedForDisplay)
        }
        return lines
    }

    private func unknown(_ isKnown: Bool, _ extent: LedgerExtent) -> String {
        guard isKnown else {
            let what = site.map { "what was live at \($0)" } ?? "what else was live"
            return "\(what) then is not known: the ledger reaches back to \(extent.deployments.local)".escapedForDisplay
        }
        return site.map { "\($0.escapedForDisplay) had not been deployed yet" } ?? "nothing had been deployed yet"
    }
}

/// The JSON of `bellpull at`. Unknown values are left out.
private struct LiveView: Encodable {
    struct Delivery: Encodable {
        let forge: String
        let id: String?
        let repository: String
        let received: String
    }

    struct Site: Encodable {
        let site: String
        let commit: String?
        let since: String
        let isSinceExact: Bool
        let deployment: Int64
        let cause: String
        let deliveries: [Delivery]
        let laterFailure: Int64?
    }

    let time: String
    let isKnown: Bool
    let ledgerSince: String
    let sites: [Site]

    init(_ time: Date, _ isKnown: Bool, _ extent: LedgerExtent, _ live: [LiveDeployment]) {
        self.time = time.standard
        self.isKnown = isKnown
        ledgerSince = extent.deployments.standard
        sites = live.map { live in
            let record = live.record
            return Site(
                site: record.site.name, commit: record.commit?.description,
                since: (record.ended ?? record.queued).standard, isSinceExact: record.state == .deployed,
                deployment: record.id, cause: record.cause.rawValue,
                deliveries: live.deliveries.map {
                    Delivery(
                        forge: $0.forge, id: $0.forgeID, repository: $0.repository, received: $0.received.standard)
                }, laterFailure: live.laterFailure?.id)
        }
    }
}

extension DeploymentRecord.Cause {
    fileprivate var words: String {
        switch self {
        case .push: "the delivery is no longer in the ledger"
        case .catchUp: "catch-up found the commit"
        case .command: "a person deployed by hand"
        }
    }
}
