public import Deploy
public import Foundation
internal import GRDB

/// A ledger store in a SQLite file, in WAL mode with `synchronous=FULL`: acknowledged writes survive a power failure too
/// (sqlite.org/pragma.html#pragma_synchronous).
///
/// Writes use one connection, which creates and migrates the file. Reads use a second, read-only connection: reading
/// never creates, migrates or locks a ledger.
public final class SQLiteStore: LedgerStore {
    /// How often to try again while another process writes, a millisecond apart: about two seconds in all. SQLite's own
    /// back-off grows to a tenth of a second, and a constantly writing process leaves no gap of such length.
    static let busyTries = 2000

    /// The path of the ledger's file.
    public let path: String
    private let file: SQLiteFile
    let writer: SQLiteConnection
    private let reader: SQLiteConnection

    /// Creates a store in the file at `path`. The first write creates the file.
    ///
    /// - Parameters:
    ///   - host: the host of the rows that a ledger of Bellpull 0.1.0 has.
    ///   - leavesNoTrace: whether reading must not even create the files that SQLite puts beside the ledger.
    public init(path: String, host: String, leavesNoTrace: Bool = false) {
        self.path = path
        let file = SQLiteFile(path: path, host: host)
        self.file = file
        writer = SQLiteConnection(path: path, onReplaced: SQLiteFile.emptyLog) { try file.openForWriting() }
        reader = SQLiteConnection(path: path) {
            try leavesNoTrace ? file.openWithoutTrace() : file.openForReading()
        }
    }

    /// Runs `body` in one transaction.
    public func write<Result>(_ body: (any LedgerTransaction) throws -> Result) throws(LedgerError) -> Result {
        try writer.use { queue in
            try queue.writeWithoutTransaction { database in
                var result: Result?
                try database.inTransaction(.immediate) {
                    result = try body(SQLiteTransaction(database: database))
                    return .commit
                }
                guard let result else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                return result
            }
        }
    }

    /// Returns the sites of `host` with queued, running or waiting deployments.
    public func unfinishedSites(on host: String) throws(LedgerError) -> Set<String> {
        try read { try Set(String.fetchAll($0, sql: LedgerStatement.unfinishedSites.sql, arguments: [host])) }
    }

    /// Returns the sites of `host` with waiting deployments, and the time of the next try of each.
    public func nextTries(on host: String) throws(LedgerError) -> [String: Date] {
        try read { database in
            let rows = try Row.fetchAll(database, sql: LedgerStatement.nextTries.sql, arguments: [host])
            return Dictionary(rows.map { ($0["site"], Date(milliseconds: $0["next_try"])) }) { first, _ in first }
        }
    }

    /// Returns a deployment with its output.
    public func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord? {
        try read {
            try Row.fetchOne($0, sql: LedgerStatement.deployment.sql, arguments: [id]).map(DeploymentRecord.init)
        }
    }

    /// Returns the newest deployments on `host` below the number `id`, newest first.
    public func deployments(
        of site: String?, on host: String, before id: DeploymentRecord.ID?, limit: Int
    ) throws(LedgerError) -> [DeploymentRecord] {
        let id = id ?? .max
        return try read { database in
            guard let site else { return try Self.records(database, .newestDeployments, [host, id, limit]) }
            return try Self.records(database, .newestDeploymentsOfSite, [host, site, id, limit])
        }
    }

    /// Returns the newest finished deployment of each site on `host`, and all unfinished deployments.
    public func latestDeployments(on host: String) throws(LedgerError) -> [DeploymentRecord] {
        try read { try Self.records($0, .latestDeployments, [host]) }
    }

    /// Returns when a delivery to `hook` was last verified by the previous secret.
    public func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date? {
        try read { database in
            let time = try Int64.fetchOne(database, sql: LedgerStatement.lastUseOfPreviousSecret.sql, arguments: [hook])
            return time.map { Date(milliseconds: $0) }
        }
    }

    /// Checks that this user may write to the file, and that no other program keeps the file locked. Changes nothing, and
    /// creates no missing file.
    public func checkWritable() throws(LedgerError) { try file.checkWritable() }

    /// Closes the file. The next use opens the file again.
    public func close() {
        writer.close()
        reader.close()
    }

    func read<Result>(_ body: (Database) throws -> Result) throws(LedgerError) -> Result {
        // The log of a moved file must be gone before the replacement is opened.
        writer.closeIfReplaced()
        return try reader.use { try $0.read(body) }
    }

    private static func records(
        _ database: Database, _ statement: LedgerStatement, _ arguments: StatementArguments
    ) throws -> [DeploymentRecord] {
        try Row.fetchAll(database, sql: statement.sql, arguments: arguments).map(DeploymentRecord.init)
    }
}
