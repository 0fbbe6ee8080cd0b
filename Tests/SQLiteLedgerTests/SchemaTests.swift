import Deploy
import Foundation
import GRDB
import TestSupport
import Testing

@testable import SQLiteLedger

/// The schema keeps out impossible rows, whichever program writes them.
@Suite struct `the ledger's schema` {
    private let home: TemporaryLedger

    init() throws {
        home = try TemporaryLedger()
        try home.ledger.write { _ in }
    }

    private func insert(_ columns: String, _ values: String) throws {
        try home.connection().write {
            try $0.execute(
                sql: """
                    INSERT INTO deployment (host, site, cause, queued, \(columns))
                    VALUES ('www', 'blog', 'push', 1, \(values))
                    """)
        }
    }

    private func refuses(_ columns: String, _ values: String, at location: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: DatabaseError.self, sourceLocation: location) { try insert(columns, values) }
        #expect(error?.resultCode == .SQLITE_CONSTRAINT, sourceLocation: location)
    }

    @Test func `allows one queued deployment per site and order`() throws {
        try insert(#"state, "order""#, "'queued', 'follow'")
        refuses(#"state, "order""#, "'queued', 'follow'")
        try insert(#"state, "order""#, "'queued', 'place c0'")
        for _ in 0..<3 { try insert(#"state, "order""#, "'interrupted', 'follow'") }
    }

    @Test func `allows one running deployment per site, whatever the order`() throws {
        try insert(#"state, "order""#, "'running', 'follow'")
        refuses(#"state, "order""#, "'running', 'place c0'")
    }

    @Test func `rejects a ref without a commit, and a time that is not a number`() {
        refuses(#"state, "order", target_ref"#, "'queued', 'follow', 'refs/heads/main'")
        refuses(#"state, "order", started"#, "'running', 'follow', 'soon'")
    }

    @Test func `accepts words of later versions`() throws {
        try insert(#"state, "order""#, "'waiting', 'roll back'")
    }

    @Test func `never gives an id to two deployments`() throws {
        try insert(#"state, "order""#, "'queued', 'follow'")
        try home.connection().write { try $0.execute(sql: "DELETE FROM deployment") }
        try insert(#"state, "order""#, "'queued', 'follow'")
        #expect(try home.ledger.deployments(of: "blog", limit: 1).first?.id == 2)
    }

    @Test func `deletes the link together with the delivery or the deployment`() throws {
        try home.ledger.record(1, for: ["blog", "shop"])
        try home.ledger.record(2, for: ["blog", "shop"])
        #expect(try home.count("delivery_deployment") == 4)
        try home.connection().write { try $0.execute(sql: "DELETE FROM deployment WHERE site = 'shop'") }
        #expect(try home.count("delivery_deployment") == 2)
        try home.connection().write { try $0.execute(sql: "DELETE FROM delivery WHERE id = 1") }
        #expect(try home.count("delivery_deployment") == 1)
    }

    /// The cost of a delivery must not grow with the ledger. Pruning may scan.
    @Test(arguments: LedgerStatement.allCases)
    func `lets every statement find its rows by an index`(_ statement: LedgerStatement) throws {
        let plan = try home.connection().read { database in
            let explanation = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(statement.sql)")
            explanation.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(explanation).map { $0["detail"] as String }
        }
        let scans = plan.filter { $0.hasPrefix("SCAN ") && !$0.hasPrefix("SCAN known") && !$0.contains("CONSTANT") }
        switch statement {
        case .announcedTargets: #expect(scans.isEmpty, "the rows of one deployment are sorted")
        case .oldDeployments, .oldDeliveries, .moveExtentOfDeployments, .moveExtentOfDeliveries, .moveAnchor,
            .deleteReceipts,
            .deleteDeployments, .deleteDeliveries, .forgetForgeIDs, .unfinishedSites, .latestDeployments:
            break
        case .nextNotices: break
        case .receiptsInOrder, .allDeployments, .unchainedDeployments, .allDeliveries, .allRequests, .extent,
            .deploymentsOfDelivery:
            break
        default:
            #expect(scans.isEmpty, "\(plan)")
            #expect(!plan.contains { $0.hasPrefix("USE TEMP B-TREE FOR ORDER BY") }, "\(plan)")
        }
        if ["queued", "running", "waiting"].contains(where: { statement.sql.contains("state = '\($0)'") }) {
            // A site has many finished deployments and few others.
            switch statement {
            case .requeue, .markRunning, .markWaiting, .markFinished, .markRejected, .unfinishedSites,
                .latestDeployments:
                break
            default: #expect(!plan.contains { $0.contains("deployment_by_site") }, "\(plan)")
            }
        }
        // A statement without a table has no plan.
        let readsNothing = [
            .insertDelivery, .link, .insertQueued, .insertUnchanged, .insertReceipt, .setNoticePosition,
            .insertNoticeSite, .insertNotice,
        ].contains(statement)
        #expect(plan.isEmpty == readsNothing, "\(plan)")
    }
}
