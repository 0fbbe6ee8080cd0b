import Deploy
import GRDB
import SQLiteLedger
import TestSupport

/// A ledger in a SQLite file.
struct SQLiteHome: StoreUnderTest.Home {
    private let temporary: TemporaryLedger

    init(_ temporary: TemporaryLedger) { self.temporary = temporary }

    var ledger: any Ledger { temporary.ledger }

    func ledger(on host: String) -> any Ledger { StoredLedger(temporary.store, host: host) }

    func count(_ table: String) throws -> Int {
        try DatabaseQueue(path: temporary.store.path).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0
        }
    }
}
