import GRDB
import TestSupport

extension TemporaryLedger {
    /// Opens the file as another program.
    func connection() throws -> DatabaseQueue { try DatabaseQueue(path: store.path) }

    /// Returns the first row as read by another program.
    func row(_ sql: String) throws -> Row? { try connection().read { try Row.fetchOne($0, sql: sql) } }

    /// Returns the number of rows as counted by another program.
    func count(_ table: String) throws -> Int {
        try connection().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }
}
