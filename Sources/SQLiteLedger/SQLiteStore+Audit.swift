public import Deploy
public import Foundation
internal import GRDB

extension SQLiteStore {
    /// Returns how far the ledger reaches back.
    public func extent(on host: String) throws(LedgerError) -> LedgerExtent {
        try read { try Self.extent($0, host) }
    }

    /// Passes the rows of `host` to `body`, as they are at one moment.
    public func read(
        on host: String, verifying: Bool, _ body: (LedgerExtent, LedgerEntry) -> Void
    ) throws(LedgerError) -> LedgerExtent {
        try read { database in
            let extent = try Self.extent(database, host)
            if verifying { try Self.readChain(database, host) { body(extent, $0) } }
            let deployments = try Row.fetchCursor(
                database,
                sql: (verifying ? LedgerStatement.unchainedDeployments : LedgerStatement.allDeployments).sql,
                arguments: [host])
            while let row = try deployments.next() { body(extent, Self.entry(row, nil)) }
            let deliveries = try Row.fetchCursor(
                database, sql: LedgerStatement.allDeliveries.sql, arguments: [host])
            while let row = try deliveries.next() {
                body(extent, .delivery(row[0], forgeID: row[1], received: Date(milliseconds: row[2])))
            }
            let requests = try Row.fetchCursor(database, sql: LedgerStatement.allRequests.sql)
            while let row = try requests.next() { body(extent, .request(delivery: row[0], deployment: row[1])) }
            return extent
        }
    }

    /// Passes the deployments of the chain in its order.
    private static func readChain(_ database: Database, _ host: String, _ body: (LedgerEntry) -> Void) throws {
        let one = try database.makeStatement(sql: LedgerStatement.deployment.sql)
        let links = try Row.fetchCursor(database, sql: LedgerStatement.receiptsInOrder.sql, arguments: [host])
        while let row = try links.next() {
            let link = ChainLink(row)
            guard let row = try Row.fetchOne(one, arguments: [link.deployment]) else {
                body(.orphan(link))
                continue
            }
            body(entry(row, link))
        }
    }

    /// A row that a person has changed may have a word that nobody knows, or no text where there must be one.
    private static func entry(_ row: Row, _ link: ChainLink?) -> LedgerEntry {
        do {
            return .deployment(try DeploymentRecord(row), link)
        } catch let error as LedgerError {
            return .unreadable(row["id"], link, error)
        } catch {
            return .unreadable(row["id"], link, LedgerError("\(error)", isOfEntry: true))
        }
    }

    private static func extent(_ database: Database, _ host: String) throws -> LedgerExtent {
        let row = try Row.fetchOne(database, sql: LedgerStatement.extent.sql)
        let anchor = try Row.fetchOne(database, sql: LedgerStatement.anchor.sql, arguments: [host])
        func time(_ column: String) -> Date { (row?[column] as Int64?).map { Date(milliseconds: $0) } ?? Date() }
        return LedgerExtent(
            deliveries: time("deliveries"), deployments: time("deployments"),
            lastUnchained: (row?["unchained"] as Int64?) ?? 0, anchor: anchor.flatMap(ChainLink.End.init) ?? .none)
    }

    // MARK: The past

    /// Returns the deployments that deliveries with this id of the forge asked for.
    public func deployments(
        askedByDelivery forgeID: String, on host: String
    ) throws(LedgerError) -> [DeploymentRecord] {
        try read { database in
            let ids = try Int64.fetchAll(
                database, sql: LedgerStatement.deploymentsOfDelivery.sql, arguments: [host, forgeID])
            return try ids.compactMap { try Self.record(database, $0) }
        }
    }

    /// Returns what was live at `time` at each site of `host`.
    public func liveDeployments(
        at time: Date, of site: String?, on host: String
    ) throws(LedgerError) -> [LiveDeployment] {
        try read { database in
            let sites =
                try site.map { [$0] }
                ?? String.fetchAll(database, sql: LedgerStatement.sites.sql, arguments: [host])
            return try sites.compactMap { try Self.liveDeployment(database, SiteOnHost(name: $0, host: host), time) }
        }
    }

    private static func liveDeployment(
        _ database: Database, _ site: SiteOnHost, _ time: Date
    ) throws -> LiveDeployment? {
        let arguments: StatementArguments = [site.host, site.name, time.milliseconds]
        guard let last = try Row.fetchOne(database, sql: LedgerStatement.lastLive.sql, arguments: arguments) else {
            return nil
        }
        let (id, commit): (Int64, String) = (last[0], last[1])
        let first = try Int64.fetchOne(
            database, sql: LedgerStatement.firstLive.sql, arguments: [site.host, site.name, id, commit])
        guard let record = try record(database, first ?? id) else { return nil }
        let failure = try Int64.fetchOne(
            database, sql: LedgerStatement.lastFailure.sql, arguments: [site.host, site.name, id, time.milliseconds])
        return LiveDeployment(
            record: record, deliveries: try deliveries(database, record.id),
            laterFailure: try failure.flatMap { try Self.record(database, $0) })
    }

    /// Returns the oldest deliveries that asked for a deployment.
    public func deliveries(of deployment: DeploymentRecord.ID) throws(LedgerError) -> [LiveDeployment.Delivery] {
        try read { database in try Self.deliveries(database, deployment) }
    }

    private static func deliveries(_ database: Database, _ id: Int64) throws -> [LiveDeployment.Delivery] {
        try Row.fetchAll(database, sql: LedgerStatement.deliveriesOfDeployment.sql, arguments: [id]).map {
            LiveDeployment.Delivery(
                forge: $0["forge"], forgeID: $0["forge_id"], repository: $0["repository"],
                received: Date(milliseconds: $0["received"]))
        }
    }

    private static func record(_ database: Database, _ id: Int64) throws -> DeploymentRecord? {
        try Row.fetchOne(database, sql: LedgerStatement.deployment.sql, arguments: [id]).map(DeploymentRecord.init)
    }
}
