internal import Deploy
internal import Foundation
internal import GRDB

/// The primitive operations of the ledger in one SQLite transaction.
struct SQLiteTransaction: LedgerTransaction {
    let database: Database

    // MARK: Deliveries

    func recentDelivery(forgeID: String, forge: String, repository: String) throws -> DeliveryID? {
        try Int64.fetchOne(statement(.recentDelivery), arguments: [forgeID, forge, repository])
    }

    func delivery(withDigest digest: Data) throws -> DeliveryID? {
        try Int64.fetchOne(statement(.deliveryByDigest), arguments: [digest])
    }

    func insert(_ delivery: DeliveryRecord, on host: String) throws -> DeliveryID? {
        try run(
            .insertDelivery,
            [
                host, delivery.received.milliseconds, delivery.digest, delivery.forge, delivery.forgeID,
                delivery.repository, delivery.hook, delivery.secret.rawValue,
            ])
        return database.changesCount == 0 ? nil : database.lastInsertedRowID
    }

    func link(_ delivery: DeliveryID, to deployment: DeploymentRecord.ID, _ target: DeploymentRecord.Target) throws {
        try run(
            .link,
            [
                delivery, deployment, target.ref, target.commit.description, target.before?.description,
                target.isDeletion,
            ])
    }

    func copyLinks(from old: DeploymentRecord.ID, to new: DeploymentRecord.ID) throws {
        try run(.copyLinks, [new, old])
    }

    func latestDeployment(
        for delivery: DeliveryID, of site: SiteOnHost, at commit: String
    ) throws -> (id: DeploymentRecord.ID, state: DeploymentRecord.State)? {
        let arguments: StatementArguments = [delivery, site.host, site.name, commit]
        let row = try Row.fetchOne(statement(.latestDeploymentForDelivery), arguments: arguments)
        return try row.map { ($0[0], try $0.state(at: "state")) }
    }

    // MARK: Deployments

    func newestDeployment(of site: SiteOnHost) throws -> (id: DeploymentRecord.ID, state: DeploymentRecord.State)? {
        let row = try Row.fetchOne(statement(.newestDeploymentState), arguments: [site.host, site.name])
        return try row.map { ($0[0], try $0.state(at: "state")) }
    }

    func queuedDeployment(of site: SiteOnHost, _ order: Order) throws -> DeploymentRecord.ID? {
        try Int64.fetchOne(statement(.queuedWithOrder), arguments: [site.host, site.name, order.rawValue])
    }

    func oldestQueuedDeployment(of site: SiteOnHost) throws -> DeploymentRecord.ID? {
        try Int64.fetchOne(statement(.oldestQueued), arguments: [site.host, site.name])
    }

    func runningDeployment(of site: SiteOnHost) throws -> DeploymentRecord.ID? {
        try Int64.fetchOne(statement(.running), arguments: [site.host, site.name])
    }

    func insertQueued(_ site: SiteOnHost, _ work: QueuedWork, at time: Date) throws -> DeploymentRecord.ID {
        try run(
            .insertQueued,
            [
                site.host, site.name, work.order.rawValue, work.cause.rawValue, work.target?.ref,
                work.target?.commit.description, work.target?.before?.description, work.target?.isDeletion ?? false,
                time.milliseconds,
            ])
        return database.lastInsertedRowID
    }

    func insertUnchanged(
        _ site: SiteOnHost, _ target: DeploymentRecord.Target, cause: DeploymentRecord.Cause, at time: Date
    ) throws -> DeploymentRecord.ID {
        try run(
            .insertUnchanged,
            [site.host, site.name, cause.rawValue, target.ref, target.commit.description, time.milliseconds])
        return database.lastInsertedRowID
    }

    func setTarget(of id: DeploymentRecord.ID, to target: DeploymentRecord.Target) throws {
        try run(
            .setTarget,
            [target.ref, target.commit.description, target.before?.description, target.isDeletion, id])
    }

    func waitingDeployment(of site: SiteOnHost, _ order: Order) throws -> DeploymentRecord.ID? {
        try Int64.fetchOne(statement(.waitingWithOrder), arguments: [site.host, site.name, order.rawValue])
    }

    func dueDeployment(of site: SiteOnHost, at time: Date) throws -> DeploymentRecord.ID? {
        try Int64.fetchOne(statement(.oldestDue), arguments: [site.host, site.name, time.milliseconds])
    }

    func requeue(_ id: DeploymentRecord.ID) throws { try run(.requeue, [id]) }

    func tries(of id: DeploymentRecord.ID) throws -> Int {
        try Int.fetchOne(statement(.tries), arguments: [id]) ?? 0
    }

    func markWaiting(
        _ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, until nextTry: Date
    ) throws -> Bool {
        try run(.markWaiting, [nextTry.milliseconds, conclusion.result.remark, conclusion.output, id])
        return database.changesCount == 1
    }

    func makeDue(_ site: SiteOnHost, at time: Date) throws -> Int {
        try run(.makeDue, [time.milliseconds, site.host, site.name])
        return database.changesCount
    }

    func markRunning(_ id: DeploymentRecord.ID, at time: Date) throws {
        try run(.markRunning, [time.milliseconds, id])
    }

    func markFinished(
        _ id: DeploymentRecord.ID, _ state: DeploymentRecord.State, _ conclusion: DeploymentRecord.Conclusion,
        at time: Date
    ) throws -> Bool {
        let failure: Failure? = if case .failed(let failure) = conclusion.result { failure } else { nil }
        try run(
            .markFinished,
            [
                state.rawValue, conclusion.result.commit?.description, time.milliseconds,
                conclusion.duration.milliseconds, failure?.message, failure?.hint,
                conclusion.result.remark ?? conclusion.note,
                conclusion.output, id,
            ])
        return database.changesCount == 1
    }

    func markRejected(_ id: DeploymentRecord.ID, _ failure: Failure, at time: Date) throws -> Bool {
        try run(.markRejected, [time.milliseconds, failure.message, failure.hint, id])
        return database.changesCount == 1
    }

    func work(of id: DeploymentRecord.ID) throws -> (site: SiteOnHost, work: QueuedWork)? {
        let row = try Row.fetchOne(statement(.work), arguments: [id])
        return try row.map { row in
            (
                SiteOnHost(name: row["site"], host: row["host"]),
                QueuedWork(try row.order(at: "order"), cause: try row.cause(at: "cause"), target: row.target)
            )
        }
    }

    func announcements(
        for id: DeploymentRecord.ID
    ) throws -> (deliveries: Int, targets: [DeploymentRecord.Target]) {
        let rows = try Row.fetchAll(statement(.announcedTargets), arguments: [id])
        let count = try Int.fetchOne(statement(.linkCount), arguments: [id]) ?? 0
        return (count, rows.compactMap { DeploymentRecord.Target($0, prefix: "") })
    }

    func newestDelivery(of id: DeploymentRecord.ID) throws -> StartedDeployment.Delivery? {
        try Row.fetchOne(statement(.newestDelivery), arguments: [id]).map {
            StartedDeployment.Delivery(forge: $0["forge"], forgeID: $0["forge_id"])
        }
    }

    // MARK: Receipts

    func deployment(_ id: DeploymentRecord.ID) throws -> DeploymentRecord? {
        try Row.fetchOne(statement(.deployment), arguments: [id]).map(DeploymentRecord.init)
    }

    func endOfChain(on host: String) throws -> ChainLink.End {
        let newest = try Row.fetchOne(statement(.newestReceipt), arguments: [host])
        // A deployment may be pruned before a deployment that finished earlier.
        let anchor = try Row.fetchOne(statement(.anchor), arguments: [host])
        let ends = [newest, anchor].compactMap { $0.flatMap(ChainLink.End.init) }
        return ends.max { $0.number < $1.number } ?? .none
    }

    func insert(_ link: ChainLink, on host: String) throws {
        try run(
            .insertReceipt, [link.deployment, host, link.number, link.previous.bytes, link.receipt.bytes])
    }

    // MARK: Pruning

    func pruneDeployments(before time: Date, keeping count: Int, limit: Int) throws -> Int {
        let ids = try ids(of: .oldDeployments, [time.milliseconds, count, limit])
        guard !ids.isEmpty else { return 0 }
        for statement in [.moveExtentOfDeployments, .moveAnchor, .deleteReceipts, .deleteDeployments]
            as [LedgerStatement]
        {
            try run(statement, [ids.json])
        }
        return ids.count
    }

    func pruneDeliveries(before time: Date, keeping count: Int, limit: Int) throws -> Int {
        let ids = try ids(of: .oldDeliveries, [time.milliseconds, count, limit])
        guard !ids.isEmpty else { return 0 }
        for statement in [.moveExtentOfDeliveries, .deleteDeliveries] as [LedgerStatement] {
            try run(statement, [ids.json])
        }
        return ids.count
    }

    private func ids(of name: LedgerStatement, _ arguments: StatementArguments) throws -> [Int64] {
        try Int64.fetchAll(statement(name), arguments: arguments)
    }

    func forgetForgeIDs(keeping count: Int, limit: Int) throws { try run(.forgetForgeIDs, [count, limit]) }

    // MARK: Statements

    func statement(_ statement: LedgerStatement) throws -> GRDB.Statement {
        try database.cachedStatement(sql: statement.sql)
    }

    func run(_ name: LedgerStatement, _ arguments: StatementArguments) throws {
        let statement = try statement(name)
        // GRDB's own check of the number of arguments costs more than some statements.
        statement.setUncheckedArguments(arguments)
        try statement.execute()
    }
}

extension [Int64] {
    fileprivate var json: String { "[\(map(String.init).joined(separator: ","))]" }
}
