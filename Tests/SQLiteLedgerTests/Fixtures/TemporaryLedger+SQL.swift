import GRDB
import TestSupport

extension TemporaryLedger {
    /// Opens the file as another program.
    func connection() throws -> DatabaseQueue { try DatabaseQueue(path: store.path) }

    /// Returns the first row that another program reads.
    func row(_ sql: String) throws -> Row? { try connection().read { try Row.fetchOne($0, sql: sql) } }

    /// Returns how many rows another program counts.
    func count(_ table: String) throws -> Int {
        try connection().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }
}
