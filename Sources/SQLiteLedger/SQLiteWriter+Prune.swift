internal import Foundation
internal import GRDB

extension SQLiteWriter {
    /// How many deliveries are known by the forge's id, too. Forges that try again under the same id do so within hours.
    static let recent = 20_000

    func prune(before time: Date, keeping count: Int, limit: Int) throws -> Int {
        let deployments = try pruneDeployments(before: time, keeping: count, limit: limit)
        let deliveries = try pruneDeliveries(before: time, keeping: count, limit: limit)
        try age(limit: 10 * limit)
        return deployments + deliveries
    }

    /// Lets go of the ids of deliveries that are no longer recent.
    private func age(limit: Int) throws {
        try run(
            """
            UPDATE delivery SET is_recent = 0 WHERE id IN (
                SELECT id FROM delivery
                WHERE is_recent = 1 AND id <= (SELECT max(id) FROM delivery) - ?1 LIMIT ?2)
            """, [Self.recent, limit])
    }

    private func pruneDeployments(before time: Date, keeping count: Int, limit: Int) throws -> Int {
        try run(
            """
            DELETE FROM deployment WHERE id IN (
                SELECT id FROM deployment AS old
                WHERE id < \(Self.end(of: "deployment", by: "queued")) AND state NOT IN ('queued', 'running')
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
                WHERE id < \(Self.end(of: "delivery", by: "received"))
                    AND (received < ?1 OR id <= (SELECT max(id) FROM delivery) - ?2)
                    AND NOT EXISTS (SELECT 1 FROM request JOIN deployment ON deployment.id = request.deployment
                        WHERE delivery = delivery.id AND state IN ('queued', 'running'))
                ORDER BY id LIMIT ?3)
            """, [time.milliseconds, count, limit])
        return database.changesCount
    }

    /// The id that what is old, or too much, comes before. Times go up with the ids, so that a million rows that are young
    /// need not be looked at; should the clock have been set back, some stay until there are too many.
    private static func end(of table: String, by time: String) -> String {
        """
        max((SELECT max(id) FROM \(table)) - ?2 + 1,
            ifnull((SELECT id FROM \(table) WHERE \(time) >= ?1 ORDER BY id LIMIT 1), 9223372036854775807))
        """
    }
}
