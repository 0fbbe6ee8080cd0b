internal import Foundation
internal import GRDB

extension SQLiteWriter {
    func prune(before time: Date, keeping count: Int, limit: Int) throws -> Int {
        let deployments = try pruneDeployments(before: time, keeping: count, limit: limit)
        let deliveries = try pruneDeliveries(before: time, keeping: count, limit: limit)
        return deployments + deliveries
    }

    private func pruneDeployments(before time: Date, keeping count: Int, limit: Int) throws -> Int {
        try run(
            """
            DELETE FROM deployment WHERE id IN (
                SELECT id FROM deployment AS old
                WHERE state NOT IN ('queued', 'running')
                    AND (ended < ?1 OR id <= (SELECT max(id) FROM deployment) - ?2)
                    AND EXISTS (SELECT 1 FROM deployment AS newer WHERE newer.site = old.site AND newer.id > old.id
                        AND newer.state NOT IN ('queued', 'running'))
                ORDER BY id LIMIT ?3)
            """, [time.milliseconds, count, limit])
        return database.changesCount
    }

    /// Of deliveries whose deployments are gone nothing is left to tell. One whose deployment is kept may go all the same
    /// when there are too many.
    private func pruneDeliveries(before time: Date, keeping count: Int, limit: Int) throws -> Int {
        try run(
            """
            DELETE FROM delivery WHERE id IN (
                SELECT id FROM delivery
                WHERE (received < ?1 OR id <= (SELECT max(id) FROM delivery) - ?2)
                    AND NOT EXISTS (SELECT 1 FROM request JOIN deployment ON deployment.id = request.deployment
                        WHERE delivery = delivery.id AND state IN ('queued', 'running'))
                ORDER BY id LIMIT ?3)
            """, [time.milliseconds, count, limit])
        return database.changesCount
    }
}
