public import Deploy
internal import Foundation
internal import GRDB
internal import Synchronization

/// A ledger in a SQLite file: in WAL mode with `synchronous=FULL`, so that what was written survives a power failure too
/// (sqlite.org/pragma.html#pragma_synchronous).
///
/// The file is opened when it is first needed, and again after every error that has to do with it: once what was wrong
/// is put right, the ledger works again by itself.
public final class SQLiteLedger: Ledger {
    /// How often to try again while another process writes, a millisecond apart: about two seconds. SQLite's own waiting
    /// grows to a tenth of a second, in which who writes all the time never leaves a gap.
    static let tries = 2000

    /// The ledger's file.
    public let path: String

    private struct Connection {
        let queue: DatabaseQueue
        let file: FileIdentity

        /// Brings what is in the log into the file, wherever that is now. SQLite would take it for the log of whatever file
        /// is put in its place (sqlite.org/howtocorrupt.html, "Mispairing database files and hot journals").
        func emptyLog() {
            _ = try? queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        }
    }

    private let connection = Mutex<Connection?>(nil)

    /// A ledger in the file at `path`, which is made when it is first written to.
    public init(path: String) {
        self.path = path
    }

    /// Lets `body` write in one transaction.
    public func write<Result>(
        _ body: (any LedgerWriter) throws -> Result
    ) throws(LedgerError) -> Result {
        try withQueue { queue in
            try queue.writeWithoutTransaction { database in
                var result: Result?
                try database.inTransaction(.immediate) {
                    result = try body(SQLiteWriter(database: database))
                    return .commit
                }
                guard let result else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                return result
            }
        }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws(LedgerError) -> Result {
        try withQueue { try $0.read(body) }
    }

    /// Closes the file; the next use opens it again.
    public func close() {
        connection.withLock { $0 = nil }
    }

    private func withQueue<Result>(_ body: (DatabaseQueue) throws -> Result) throws(LedgerError) -> Result {
        do {
            return try body(open())
        } catch let error as LedgerError {
            throw error
        } catch let error as DatabaseError {
            let error = LedgerError(error, path: path)
            if !error.isOfContents { close() }
            throw error
        } catch {
            close()
            throw LedgerError("\(path): \(error)")
        }
    }

    private func open() throws -> DatabaseQueue {
        try connection.withLock { connection in
            // A file that was moved away or replaced would be written to, and nobody would ever find it again.
            if let open = connection {
                if FileIdentity(of: path) == open.file { return open.queue }
                open.emptyLog()
            }
            connection = nil
            try makeFile()
            let queue = try alone { try openQueue() }
            guard let file = FileIdentity(of: path) else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
            connection = Connection(queue: queue, file: file)
            return queue
        }
    }

    private func openQueue() throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: Self.configuration)
        let isFromTheFuture = try queue.read { try Schema.migrator.hasBeenSuperseded($0) }
        guard !isFromTheFuture else {
            throw LedgerError(
                "\(path) was written by a newer bellpull",
                hint: "install that version again, or move the file away to begin a new ledger")
        }
        try Schema.migrator.migrate(queue)
        return queue
    }

    private static var configuration: GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .callback { count in
            usleep(1000)
            return count < tries
        }
        configuration.prepareDatabase { database in
            // Few checkpoints, as each writes all the pages anew that changed since the one before, and in a large ledger
            // these are others for each delivery.
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216
                    """)
        }
        return configuration
    }
}
