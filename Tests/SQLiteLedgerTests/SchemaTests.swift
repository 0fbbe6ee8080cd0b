import TestSupport
import Deploy
import Foundation
import GRDB
import SQLiteLedger
import Testing

/// Whoever writes to the file, it does not come to hold what cannot be.
@Suite struct `the ledger's schema` {
    private let home: TemporaryLedger

    init() throws {
        home = try TemporaryLedger()
        _ = try home.ledger.unfinishedSites()
    }

    private func insert(_ columns: String, _ values: String) throws {
        try home.connection().write {
            try $0.execute(
                sql: "INSERT INTO deployment (site, cause, queued, \(columns)) VALUES ('blog', 'push', 1, \(values))")
        }
    }

    private func refuses(_ columns: String, _ values: String, at location: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: DatabaseError.self, sourceLocation: location) { try insert(columns, values) }
        #expect(error?.resultCode == .SQLITE_CONSTRAINT, sourceLocation: location)
    }

    @Test func `has one deployment of a site queued, and one running`() throws {
        for state in ["queued", "running"] {
            try insert("state", "'\(state)'")
            refuses("state", "'\(state)'")
        }
        for _ in 0..<3 { try insert("state, ended", "'interrupted', 2") }
    }

    @Test func `knows what belongs to each state`() {
        refuses("state", "'paused'")
        refuses("state", "'deployed'")
        refuses("state, ended", "'deployed', 2")
        refuses("state, ended", "'failed', 2")
        refuses("state, ended", "'queued', 2")
        refuses("state, started", "'queued', 2")
        refuses("state, ended, failure, \"commit\"", "'failed', 2, 'no', 'c0'")
        refuses("state, target_ref", "'queued', 'refs/heads/main'")
        refuses("state, started", "'running', 'soon'")
    }

    @Test func `never gives an id to two deployments`() throws {
        try insert("state", "'queued'")
        try home.connection().write { try $0.execute(sql: "DELETE FROM deployment") }
        try insert("state", "'queued'")
        #expect(try home.ledger.deployments(of: "blog", limit: 1).first?.id == 2)
    }

    @Test func `lets a delivery go with what it asked for, and the other way round`() throws {
        try home.ledger.record(1, for: ["blog", "shop"])
        try home.ledger.record(2, for: ["blog", "shop"])
        #expect(try home.count("request") == 4)
        try home.connection().write { try $0.execute(sql: "DELETE FROM deployment WHERE site = 'shop'") }
        #expect(try home.count("request") == 2)
        try home.connection().write { try $0.execute(sql: "DELETE FROM delivery WHERE id = 1") }
        #expect(try home.count("request") == 1)
    }

    /// What a delivery costs must not grow with the ledger.
    @Test(arguments: [
        "SELECT id FROM delivery WHERE digest = x'00'",
        "SELECT id FROM delivery WHERE forge_id = 'a' AND forge = 'github' AND is_recent = 1",
        "SELECT id FROM deployment WHERE site = 'blog' AND state = 'queued'",
        "SELECT id FROM deployment WHERE site = 'blog' AND state = 'running'",
        "SELECT site FROM deployment WHERE state = 'queued'",
        "SELECT count(*) FROM request WHERE deployment = 1",
        "SELECT max(received) FROM delivery WHERE secret = 2 AND hook IS 'blog'",
    ])
    func `finds what a delivery needs by an index`(_ sql: String) throws {
        let plan = try home.connection().read { database in
            try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
        }
        #expect(plan.allSatisfy { $0.contains(" INDEX ") || $0.contains(" PRIMARY KEY ") }, "\(plan)")
    }
}
