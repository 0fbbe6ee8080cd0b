public import Deploy
public import Foundation
internal import GRDB

extension SQLiteLedger {
    /// The sites that have deployments queued or running.
    public func unfinishedSites() throws(LedgerError) -> Set<String> {
        try read { database in
            try Set(
                String.fetchAll(
                    database,
                    sql: """
                        SELECT site FROM deployment WHERE state = 'queued'
                        UNION SELECT site FROM deployment WHERE state = 'running'
                        """))
        }
    }

    /// A deployment, with its output.
    public func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord? {
        try read { database in
            let sql = "SELECT \(DeploymentRecord.columns), output FROM deployment WHERE id = ?"
            return try Row.fetchOne(database, sql: sql, arguments: [id]).map(DeploymentRecord.init)
        }
    }

    /// The newest deployments, newest first.
    public func deployments(of site: String?, limit: Int) throws(LedgerError) -> [DeploymentRecord] {
        try read { database in
            let condition = site == nil ? "?1 IS NULL" : "site = ?1"
            let sql = """
                SELECT \(DeploymentRecord.columns), '' AS output FROM deployment WHERE \(condition)
                ORDER BY id DESC LIMIT ?2
                """
            return try Row.fetchAll(database, sql: sql, arguments: [site, limit]).map(DeploymentRecord.init)
        }
    }

    /// The newest deployment of each site that is over, and those that are not.
    public func latestDeployments() throws(LedgerError) -> [DeploymentRecord] {
        try read { database in
            // From site to site along the index, and not through a million rows.
            let sql = """
                WITH RECURSIVE known (site) AS (
                    SELECT min(site) FROM deployment
                    UNION ALL
                    SELECT (SELECT min(site) FROM deployment WHERE site > known.site) FROM known
                        WHERE known.site IS NOT NULL)
                SELECT \(DeploymentRecord.columns), '' AS output FROM deployment
                WHERE id IN (
                    SELECT (SELECT id FROM deployment AS newest
                        WHERE newest.site = known.site AND state NOT IN ('queued', 'running', 'interrupted')
                        ORDER BY id DESC LIMIT 1)
                    FROM known
                    UNION SELECT id FROM deployment WHERE state = 'queued'
                    UNION SELECT id FROM deployment WHERE state = 'running')
                ORDER BY id
                """
            return try Row.fetchAll(database, sql: sql).map(DeploymentRecord.init)
        }
    }

    /// When a hook last took a delivery that only its previous secret verified.
    public func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date? {
        try read { database in
            let sql = "SELECT max(received) FROM delivery WHERE secret = 2 AND hook IS ?"
            return try Int64.fetchOne(database, sql: sql, arguments: [hook]).map { Date(milliseconds: $0) }
        }
    }
}
