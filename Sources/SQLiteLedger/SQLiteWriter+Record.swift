internal import Deploy
internal import Foundation
internal import Git
internal import GRDB

extension SQLiteWriter {
    func record(_ delivery: DeliveryRecord, for sites: [DeliveryTarget]) throws -> [Disposition] {
        // The same body or, as forges that try again may note so in the body, the same id.
        if let known = try idOfSameID(delivery) ?? idOfSameBody(delivery) {
            return try sites.map { try receiveAgain(known, at: $0, received: delivery.received) }
        }
        let id = database.lastInsertedRowID
        return try sites.map { try receive(id, at: $0, received: delivery.received) }
    }

    private func idOfSameID(_ delivery: DeliveryRecord) throws -> Int64? {
        guard let forgeID = delivery.forgeID else { return nil }
        let statement = try database.cachedStatement(
            sql: "SELECT id FROM delivery WHERE forge_id = ? AND forge = ? AND repository = ? AND is_recent = 1")
        return try Int64.fetchOne(statement, arguments: [forgeID, delivery.forge, delivery.repository])
    }

    /// The delivery that had the same body; `nil` if there was none, and this one is in the ledger now.
    private func idOfSameBody(_ delivery: DeliveryRecord) throws -> Int64? {
        try insert(delivery)
        guard database.changesCount == 0 else { return nil }
        let statement = try database.cachedStatement(sql: "SELECT id FROM delivery WHERE digest = ?")
        return try Int64.fetchOne(statement, arguments: [delivery.digest])
    }

    private func insert(_ delivery: DeliveryRecord) throws {
        try run(
            """
            INSERT INTO delivery (received, digest, forge, forge_id, repository, hook, secret)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING
            """,
            [
                delivery.received.milliseconds, delivery.digest, delivery.forge, delivery.forgeID, delivery.repository,
                delivery.hook, delivery.secret.rawValue,
            ])
    }

    private func receive(_ delivery: Int64, at site: DeliveryTarget, received: Date) throws -> Disposition {
        // What runs may be about to fail, or to be followed by something else: then it counts where that ends.
        if site.isThere, try !isAtWork(site.name) {
            try insertUnchanged(site, received)
            try request(delivery, database.lastInsertedRowID, site.target)
            return .unchanged
        }
        let deployment = try queue(site.name, cause: .push, target: site.target, at: received)
        try request(delivery, deployment, site.target)
        return .awaits(deployment)
    }

    private func isAtWork(_ site: String) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM deployment WHERE site = ?1 AND state = 'queued')
                    OR EXISTS (SELECT 1 FROM deployment WHERE site = ?1 AND state = 'running')
                """)
        return try Bool.fetchOne(statement, arguments: [site]) ?? false
    }

    /// The id of a delivery is not verified: it is the same only if it wants the same commit.
    private func receiveAgain(_ delivery: Int64, at site: DeliveryTarget, received: Date) throws -> Disposition {
        let statement = try database.cachedStatement(
            sql: """
                SELECT deployment.id, state FROM request JOIN deployment ON deployment.id = request.deployment
                WHERE delivery = ? AND site = ? AND request."commit" = ? ORDER BY deployment.id DESC LIMIT 1
                """)
        let arguments: StatementArguments = [delivery, site.name, site.target.commit.description]
        guard let row = try Row.fetchOne(statement, arguments: arguments) else {
            return try receive(delivery, at: site, received: received)
        }
        switch row.state(at: 1) {
        case .queued, .running: return .awaits(row[0])
        case .deployed, .unchanged: return .duplicate
        case .failed, .interrupted: return try receive(delivery, at: site, received: received)
        }
    }

    private func insertUnchanged(_ site: DeliveryTarget, _ time: Date) throws {
        try run(
            """
            INSERT INTO deployment
                (site, cause, state, target_ref, target_commit, "commit", queued, started, ended, duration)
            VALUES (?1, 'push', 'unchanged', ?2, ?3, ?3, ?4, ?4, ?4, 0)
            """, [site.name, site.target.ref, site.target.commit.description, time.milliseconds])
    }

    private func request(
        _ delivery: Int64, _ deployment: Int64, _ target: DeploymentRecord.Target
    ) throws {
        try run(
            "INSERT OR IGNORE INTO request VALUES (?, ?, ?, ?)",
            [delivery, deployment, target.ref, target.commit.description])
    }
}
