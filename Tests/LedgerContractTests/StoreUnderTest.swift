import Deploy
import SQLiteLedger
import TestSupport
import Testing

/// A kind of store under the contract of `LedgerStore`. A new store is one more element of `all`.
struct StoreUnderTest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Creates a new, empty ledger in a store of the kind.
    let make: @Sendable () throws -> Home

    static let all = [
        StoreUnderTest(testDescription: "SQLite") { SQLiteHome(try TemporaryLedger()) }
    ]

    /// A ledger, and a view into its store that bypasses the ledger.
    protocol Home: Sendable {
        var ledger: any Ledger { get }
        /// The ledger of another host in the same store.
        func ledger(on host: String) -> any Ledger
        /// Counts the rows of `delivery`, `deployment` or `delivery_deployment`.
        func count(_ table: String) throws -> Int
    }
}
