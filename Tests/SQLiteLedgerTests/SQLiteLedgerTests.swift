import Deploy
import Foundation
import Git
import GRDB
import Testing

@testable import SQLiteLedger

@Suite struct `ledger file` {
    private let home: TemporaryLedger
    private var ledger: SQLiteLedger { home.ledger }

    init() throws { home = try TemporaryLedger() }

    /// What is written is to be there after a power failure, too (sqlite.org/pragma.html#pragma_synchronous).
    @Test func `is in WAL mode, with every transaction synced`() throws {
        #expect(try ledger.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        #expect(try ledger.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
        #expect(try ledger.read { try Int.fetchOne($0, sql: "PRAGMA foreign_keys") } == 1)
    }

    @Test func `can be read by its owner alone`() throws {
        _ = try ledger.unfinishedSites()
        let attributes = try FileManager.default.attributesOfItem(atPath: ledger.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
}
