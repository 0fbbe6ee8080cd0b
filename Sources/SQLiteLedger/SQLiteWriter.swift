internal import Deploy
internal import Foundation
internal import Git
internal import GRDB

/// Writes within one transaction.
struct SQLiteWriter: LedgerWriter {
    let database: Database

    func queue(
        _ site: String, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?, at time: Date
    ) throws -> DeploymentRecord.ID {
        if let queued = try id(of: site, .queued) {
            if let target {
                try run(
                    "UPDATE deployment SET target_ref = ?, target_commit = ? WHERE id = ?",
                    [target.ref, target.commit.description, queued])
            }
            return queued
        }
        try run(
            """
            INSERT INTO deployment (site, cause, state, target_ref, target_commit, queued)
            VALUES (?, ?, 'queued', ?, ?, ?)
            """, [site, cause.rawValue, target?.ref, target?.commit.description, time.milliseconds])
        return database.lastInsertedRowID
    }

    func start(_ site: String, at time: Date) throws -> StartedDeployment? {
        if let left = try id(of: site, .running) {
            try finish(left, DeploymentRecord.Conclusion(.interrupted), at: time)
        }
        guard let queued = try id(of: site, .queued) else { return nil }
        try run("UPDATE deployment SET state = 'running', started = ? WHERE id = ?", [time.milliseconds, queued])
        return try started(queued)
    }

    func finish(_ id: DeploymentRecord.ID, _ conclusion: DeploymentRecord.Conclusion, at time: Date) throws {
        let (state, failure) = conclusion.outcome.asState
        try run(
            """
            UPDATE deployment
            SET state = ?, "commit" = ?, ended = ?, duration = ?, failure = ?, hint = ?, output = ?
            WHERE id = ? AND state = 'running'
            """,
            [
                state.rawValue, conclusion.outcome.commit?.description, time.milliseconds,
                conclusion.duration.milliseconds, failure?.message, failure?.hint, conclusion.output, id,
            ])
        // Another process that held the site since may have ended it for us.
        if state == .interrupted, database.changesCount == 1 { try queueAgain(id, at: time) }
    }

    func reject(_ site: String, _ failure: Failure, at time: Date) throws -> StartedDeployment? {
        guard let queued = try id(of: site, .queued) else { return nil }
        let started = try started(queued)
        try run(
            """
            UPDATE deployment SET state = 'failed', started = ?1, ended = ?1, duration = 0, failure = ?2, hint = ?3
            WHERE id = ?4
            """, [time.milliseconds, failure.message, failure.hint, queued])
        return started
    }

    /// Queues what `id` was to do, or leaves it to what is queued already.
    private func queueAgain(_ id: DeploymentRecord.ID, at time: Date) throws {
        let sql = "SELECT site, cause, target_ref, target_commit FROM deployment WHERE id = ?"
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [id]) else { return }
        let site: String = row[0]
        let isAwaited = "SELECT EXISTS (SELECT 1 FROM request WHERE deployment = ?)"
        let hasDeliveries = try Bool.fetchOne(database.cachedStatement(sql: isAwaited), arguments: [id]) ?? false
        // Who asked by hand has seen that it was cut short, and asks again if she likes.
        guard hasDeliveries || row.cause(at: 1) != .command else { return }
        let queued =
            try self.id(of: site, .queued)
            ?? queue(site, cause: row.cause(at: 1), target: row.target(at: 2), at: time)
        try run(
            """
            INSERT OR IGNORE INTO request SELECT delivery, ?1, ref, "commit" FROM request WHERE deployment = ?2
            """, [queued, id])
    }

    func id(of site: String, _ state: DeploymentRecord.State) throws -> DeploymentRecord.ID? {
        // The state stands in the text, so that the partial index is used.
        let sql = "SELECT id FROM deployment WHERE site = ? AND state = '\(state.rawValue)'"
        return try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: [site])
    }

    private func started(_ id: DeploymentRecord.ID) throws -> StartedDeployment? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT cause, target_commit, (SELECT count(*) FROM request WHERE deployment = deployment.id)
                FROM deployment WHERE id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
        let announced = try String.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT DISTINCT "commit" FROM request WHERE deployment = ? LIMIT 2
                    """), arguments: [id])
        let target: String? = row[1]
        let cause = row.cause(at: 0)
        // Who asks by hand wants to see it done.
        let targets = cause == .command ? [] : Set((announced + [target].compactMap(\.self)).compactMap { Commit($0) })
        return StartedDeployment(id: id, targets: targets, cause: cause, deliveries: row[2])
    }

    func run(_ sql: String, _ arguments: StatementArguments) throws {
        let statement = try database.cachedStatement(sql: sql)
        // As many as there are placeholders; which SQLite would not miss.
        statement.setUncheckedArguments(arguments)
        try statement.execute()
    }
}

extension Outcome {
    /// The state that a deployment of this outcome ends in.
    fileprivate var asState: (DeploymentRecord.State, Failure?) {
        switch self {
        case .deployed: (.deployed, nil)
        case .unchanged: (.unchanged, nil)
        case .failed(let failure): (.failed, failure)
        case .interrupted, .ignored, .duplicate, .queued: (.interrupted, nil)
        }
    }
}
