internal import Deploy
internal import Foundation
internal import GRDB
internal import Synchronization

/// A connection to the ledger's file. The file is opened at the first use, after every error of the file, and whenever
/// another file is found at the path. Once the cause is repaired, the ledger works again without a restart.
final class SQLiteConnection: Sendable {
    /// An opened file.
    struct Opened {
        let queue: DatabaseQueue
        /// The file; `nil` if the file did not exist.
        let file: FileIdentity?
        /// Whether the next use opens the file again, because the file may have been created or migrated meanwhile.
        var isProvisional = false
    }

    private let path: String
    private let openFile: @Sendable () throws -> Opened
    /// Called before the connection is closed because another file is at the path.
    private let onReplaced: @Sendable (DatabaseQueue) -> Void
    private let opened = Mutex<Opened?>(nil)

    /// Creates a connection to the file at `path`.
    ///
    /// - Parameters:
    ///   - onReplaced: called with the connection to a moved or replaced file.
    ///   - open: opens the file.
    init(
        path: String, onReplaced: @escaping @Sendable (DatabaseQueue) -> Void = { _ in },
        open: @escaping @Sendable () throws -> Opened
    ) {
        self.path = path
        self.onReplaced = onReplaced
        openFile = open
    }

    /// Runs `body` with the opened file.
    func use<Result>(_ body: (DatabaseQueue) throws -> Result) throws(LedgerError) -> Result {
        do {
            do {
                return try body(open())
            } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR && isProvisional {
                // Another process migrated the file after it was opened, and the views show tables that are gone.
                return try body(open())
            }
        } catch let error as LedgerError {
            throw error
        } catch let error as DatabaseError {
            let error = LedgerError(error, path: path)
            if !error.isOfEntry { close() }
            throw error
        } catch {
            close()
            throw LedgerError("\(path): \(error)")
        }
    }

    /// Closes the file if another file is at the path now.
    func closeIfReplaced() {
        opened.withLock { opened in
            guard let open = opened, FileIdentity(of: path) != open.file else { return }
            onReplaced(open.queue)
            opened = nil
        }
    }

    /// Closes the file. The next use opens the file again.
    func close() { opened.withLock { $0 = nil } }

    private var isProvisional: Bool { opened.withLock { $0?.isProvisional ?? false } }

    private func open() throws -> DatabaseQueue {
        try opened.withLock { opened in
            if let open = opened, !open.isProvisional {
                // Rows written to a moved file would never be found again.
                if FileIdentity(of: path) == open.file { return open.queue }
                onReplaced(open.queue)
            }
            opened = nil
            let new = try openFile()
            opened = new
            return new.queue
        }
    }
}
