internal import Deploy
internal import Foundation
internal import GRDB

/// The ledger's file: creates, migrates and opens the file.
struct SQLiteFile {
    let path: String
    let host: String

    private var schema: Schema { Schema(host: host) }

    // MARK: Writing

    /// Opens the file for writing. Creates and migrates the file if needed.
    func openForWriting() throws -> SQLiteConnection.Opened {
        try create()
        let queue = try withFolderLock { try migratedQueue() }
        guard let file = FileIdentity(of: path) else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        return SQLiteConnection.Opened(queue: queue, file: file)
    }

    private func migratedQueue() throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: writing)
        try queue.read(refuseNewer)
        try migrate(queue, attempts: schema.migrator.migrations.count)
        return queue
    }

    /// Another process may have run a migration after this one looked, and each migration is a transaction of its own: of two
    /// processes, one fails, and goes on with the next migration.
    private func migrate(_ queue: DatabaseQueue, attempts: Int) throws {
        do {
            try schema.migrator.migrate(queue)
        } catch {
            guard try !queue.read(schema.migrator.hasCompletedMigrations) else { return }
            guard attempts > 1 else { throw error }
            try migrate(queue, attempts: attempts - 1)
        }
    }

    private func refuseNewer(_ database: Database) throws {
        guard try schema.migrator.hasBeenSuperseded(database) else { return }
        throw LedgerError(
            "\(path) was written by a newer bellpull",
            hint: "install that version again, or move the file away; the next delivery then starts a new ledger")
    }

    /// Writes the log into the open file, wherever the file is now. SQLite would otherwise take the log for the log of
    /// the replacement (sqlite.org/howtocorrupt.html, "Mispairing database files and hot journals").
    static func emptyLog(_ queue: DatabaseQueue) {
        _ = try? queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }

    /// Creates a missing file, readable for its owner alone: the ledger shows who pushed what.
    ///
    /// Never opens an existing file: closing the file again would release SQLite's locks in the process
    /// (sqlite.org/howtocorrupt.html, "Posix advisory locks canceled by a separate thread doing close()").
    private func create() throws(LedgerError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor < 0 else {
            close(descriptor)
            return
        }
        guard errno == EEXIST else { throw LedgerError(cannotOpen: path, because: errno) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw LedgerError(cannotOpen: path, because: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw LedgerError(cannotOpen: path, because: EISDIR) }
        guard access(path, R_OK | W_OK) == 0 else { throw LedgerError(cannotOpen: path, because: errno) }
    }

    /// Runs `body` while no other process does: of two processes creating the tables at once, the second would fail.
    /// The processes meet at a lock on the folder (flock(2)). The wait for a hanging process is as long as for a busy
    /// database.
    private func withFolderLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        let deadline = ContinuousClock.now + .milliseconds(SQLiteStore.busyTries)
        while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, deadline > .now { usleep(5000) }
        return try body()
    }

    // MARK: Reading

    /// Opens the file for reading. A missing file, or a file without tables, reads as an empty ledger. A file of an
    /// earlier version reads through views.
    func openForReading() throws -> SQLiteConnection.Opened { try openForReading(path) }

    /// Opens the file for reading, and neither creates nor changes a file beside it: without entries in the log, the file is
    /// declared immutable (sqlite.org/uri.html). SQLite would otherwise create the log and its index. With entries in the
    /// log, SQLite notes in the index which entries it reads.
    func openWithoutTrace() throws -> SQLiteConnection.Opened {
        var log = stat()
        guard stat("\(path)-wal", &log) != 0 || log.st_size == 0 else { return try openForReading() }
        let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        return try openForReading("file:\(escaped)?immutable=1")
    }

    /// - Parameter name: the path of the file, or a URI of SQLite.
    private func openForReading(_ name: String) throws -> SQLiteConnection.Opened {
        guard let file = try existingFile() else { return try empty(file: nil) }
        guard access(path, R_OK) == 0 else { throw LedgerError(cannotOpen: path, because: errno) }
        let queue = try DatabaseQueue(path: name, configuration: reading)
        try queue.read(refuseNewer)
        let versions = try queue.read(schema.migrator.completedMigrations)
        switch versions.last {
        case nil:
            // A file without tables is new; a file with other tables is not a ledger.
            guard try queue.read({ try $0.tableExists("delivery") }) else { return try empty(file: file) }
        case Schema.deliveriesAndDeployments:
            return try withViews(
                [Schema.viewsOfVersion1(host: host), Schema.viewsOfVersion2, Schema.viewsOfVersion3], queue, file)
        case Schema.hostsAndOrders:
            return try withViews([Schema.viewsOfVersion2, Schema.viewsOfVersion3], queue, file)
        case Schema.receipts: return try withViews([Schema.viewsOfVersion3], queue, file)
        default: break
        }
        return SQLiteConnection.Opened(queue: queue, file: file)
    }

    /// Adds what a file of an earlier version lacks.
    private func withViews(
        _ views: [String], _ queue: DatabaseQueue, _ file: FileIdentity
    ) throws -> SQLiteConnection.Opened {
        try queue.inDatabase { database in
            for sql in views { try database.execute(sql: sql) }
        }
        return SQLiteConnection.Opened(queue: queue, file: file, isProvisional: true)
    }

    /// Checks that this user may write to the file and to the files beside it, and that no other program locks the file
    /// for as long as a write would wait. A missing file is in order.
    func checkWritable() throws(LedgerError) {
        guard try existingFile() != nil else { return }
        for name in [path, "\(path)-wal", "\(path)-shm"] where access(name, R_OK | W_OK) != 0 && errno != ENOENT {
            throw LedgerError(cannotOpen: name, because: errno)
        }
        for _ in 0..<SQLiteStore.busyTries {
            guard isLocked else { return }
            usleep(1000)
        }
        throw LedgerError(DatabaseError(resultCode: .SQLITE_BUSY), path: path)
    }

    /// Whether another process has a lock for writing: on the file itself, or in WAL mode on a byte of the log's index
    /// (sqlite.org/walformat.html#locking_matrix). Takes no lock. Must not run while this process has the file open.
    private var isLocked: Bool {
        let locks: [(name: String, start: off_t, length: off_t)] = [(path, 0x4000_0000, 512), ("\(path)-shm", 120, 1)]
        return locks.contains { name, start, length in
            let descriptor = open(name, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            var lock = flock()
            lock.l_type = Int16(F_RDLCK)
            lock.l_whence = Int16(SEEK_SET)
            (lock.l_start, lock.l_len) = (start, length)
            return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
        }
    }

    /// Returns the file at the path; `nil` if there is none.
    ///
    /// - Throws: `LedgerError` if this user cannot tell, for example because the folder is another user's.
    private func existingFile() throws(LedgerError) -> FileIdentity? {
        if let file = FileIdentity(of: path) { return file }
        guard access(path, F_OK) == 0 || errno == ENOENT else { throw LedgerError(cannotOpen: path, because: errno) }
        return nil
    }

    private func empty(file: FileIdentity?) throws -> SQLiteConnection.Opened {
        let queue = try DatabaseQueue()
        try schema.migrator.migrate(queue)
        return SQLiteConnection.Opened(queue: queue, file: file, isProvisional: file != nil)
    }

    // MARK: Configuration

    private var base: GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .callback { count in
            usleep(1000)
            return count < SQLiteStore.busyTries
        }
        return configuration
    }

    private var writing: GRDB.Configuration {
        var configuration = base
        configuration.prepareDatabase { database in
            // Few checkpoints: each writes all pages changed since the previous checkpoint, and in a large ledger every
            // delivery changes other pages.
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216
                    """)
        }
        return configuration
    }

    private var reading: GRDB.Configuration {
        var configuration = base
        configuration.readonly = true
        // Reads are rare. A small cache keeps an idle process small.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -512") }
        return configuration
    }
}
