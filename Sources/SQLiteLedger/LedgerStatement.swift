/// The SQL of the ledger, by name. Production runs exactly these statements, and `SchemaTests` explains every
/// statement.
///
/// States are literals wherever SQLite must recognize the condition of a partial index.
enum LedgerStatement: String, CaseIterable {
    // MARK: Deliveries

    case recentDelivery = """
        SELECT id FROM delivery WHERE forge_id = ? AND forge = ? AND repository = ? AND is_recent = 1
        """

    case deliveryByDigest = "SELECT id FROM delivery WHERE digest = ?"

    case insertDelivery = """
        INSERT INTO delivery (host, received, digest, forge, forge_id, repository, hook, secret)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING
        """

    case link = "INSERT OR IGNORE INTO delivery_deployment VALUES (?, ?, ?, ?, ?, ?)"

    case copyLinks = """
        INSERT OR IGNORE INTO delivery_deployment
        SELECT delivery, ?1, ref, "commit", before, deleted FROM delivery_deployment WHERE deployment = ?2
        """

    case latestDeploymentForDelivery = """
        SELECT deployment.id, state
        FROM delivery_deployment JOIN deployment ON deployment.id = delivery_deployment.deployment
        WHERE delivery = ? AND host = ? AND site = ? AND delivery_deployment."commit" = ?
        ORDER BY delivery_deployment.deployment DESC LIMIT 1
        """

    case newestDeploymentState = """
        SELECT id, state FROM deployment WHERE host = ? AND site = ? ORDER BY id DESC LIMIT 1
        """

    case linkCount = "SELECT count(*) FROM delivery_deployment WHERE deployment = ?"

    case announcedTargets = """
        SELECT ref, "commit", before, deleted FROM delivery_deployment WHERE deployment = ?
        GROUP BY ref, "commit", before, deleted ORDER BY max(delivery) DESC LIMIT 8
        """

    case lastUseOfPreviousSecret = "SELECT max(received) FROM delivery WHERE secret = 2 AND hook IS ?"

    // MARK: Deployments

    case queuedWithOrder = """
        SELECT id FROM deployment WHERE host = ? AND site = ? AND "order" = ? AND state = 'queued'
        """

    /// Without `INDEXED BY`, SQLite searches all deployments of the site in the order of their ids.
    case oldestQueued = """
        SELECT min(id) FROM deployment INDEXED BY deployment_queued WHERE host = ? AND site = ? AND state = 'queued'
        """

    case running = "SELECT id FROM deployment WHERE host = ? AND site = ? AND state = 'running'"

    case insertQueued = """
        INSERT INTO deployment
            (host, site, "order", cause, state, target_ref, target_commit, target_before, target_deleted, queued)
        VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)
        """

    case insertUnchanged = """
        INSERT INTO deployment
            (host, site, "order", cause, state, target_ref, target_commit, "commit", queued, started, ended, duration)
        VALUES (?1, ?2, 'follow', ?3, 'unchanged', ?4, ?5, ?5, ?6, ?6, ?6, 0)
        """

    case setTarget = """
        UPDATE deployment SET target_ref = ?, target_commit = ?, target_before = ?, target_deleted = ? WHERE id = ?
        """

    case waitingWithOrder = """
        SELECT max(id) FROM deployment INDEXED BY deployment_waiting
        WHERE host = ? AND site = ? AND state = 'waiting' AND "order" = ?
        """

    case oldestDue = """
        SELECT min(id) FROM deployment INDEXED BY deployment_waiting
        WHERE host = ? AND site = ? AND state = 'waiting' AND next_try <= ?
        """

    case nextTries = """
        SELECT site, min(next_try) AS next_try FROM deployment WHERE host = ? AND state = 'waiting' GROUP BY site
        """

    case requeue = """
        UPDATE deployment SET state = 'queued', started = NULL, next_try = NULL, tries = 0, note = NULL
        WHERE id = ? AND state = 'waiting'
        """

    case tries = "SELECT tries FROM deployment WHERE id = ?"

    case markWaiting = """
        UPDATE deployment SET state = 'waiting', tries = tries + 1, next_try = ?, note = ?, output = ?
        WHERE id = ? AND state = 'running'
        """

    case makeDue = """
        UPDATE deployment INDEXED BY deployment_waiting SET next_try = ?1
        WHERE host = ?2 AND site = ?3 AND state = 'waiting'
        """

    case markRunning = """
        UPDATE deployment SET state = 'running', started = ?, next_try = NULL, note = NULL
        WHERE id = ? AND state IN ('queued', 'waiting')
        """

    case markFinished = """
        UPDATE deployment
        SET state = ?, "commit" = ?, ended = ?, duration = ?, failure = ?, hint = ?, note = ?, output = ?
        WHERE id = ? AND state = 'running'
        """

    case markRejected = """
        UPDATE deployment
        SET state = 'failed', started = ?1, ended = ?1, duration = 0, failure = ?2, hint = ?3, next_try = NULL, note = NULL
        WHERE id = ?4 AND state IN ('queued', 'waiting')
        """

    case work = """
        SELECT host, site, "order", cause, target_ref, target_commit, target_before, target_deleted
        FROM deployment WHERE id = ?
        """

    case newestDelivery = """
        SELECT forge, forge_id FROM delivery
        WHERE id = (SELECT max(delivery) FROM delivery_deployment WHERE deployment = ?)
        """

    // MARK: Receipts

    case newestReceipt = "SELECT number, receipt FROM receipt WHERE host = ? ORDER BY number DESC LIMIT 1"

    case anchor = "SELECT number, receipt FROM anchor WHERE host = ?"

    case insertReceipt = "INSERT INTO receipt (deployment, host, number, previous, receipt) VALUES (?, ?, ?, ?, ?)"

    // MARK: Reading

    case extent = "SELECT deliveries, deployments, unchained FROM extent WHERE id = 1"

    case receiptsInOrder = "SELECT * FROM receipt WHERE host = ? ORDER BY number"

    case allDeployments = """
        SELECT id, host, site, "order", cause, state, target_ref, target_commit, target_before, target_deleted,
            "commit", queued, started, ended, duration, next_try, failure, hint, note, '' AS output, 0 AS deliveries
        FROM deployment WHERE +host = ? ORDER BY id
        """

    case unchainedDeployments = """
        SELECT id, host, site, "order", cause, state, target_ref, target_commit, target_before, target_deleted,
            "commit", queued, started, ended, duration, next_try, failure, hint, note, '' AS output, 0 AS deliveries
        FROM deployment WHERE +host = ?1
            AND NOT EXISTS (SELECT 1 FROM receipt WHERE receipt.deployment = deployment.id AND receipt.host = ?1)
        ORDER BY id
        """

    case allDeliveries = "SELECT id, forge_id, received FROM delivery WHERE +host = ? ORDER BY id"

    case allRequests = "SELECT delivery, deployment FROM delivery_deployment ORDER BY delivery, deployment"

    /// Steps from site to site along the index.
    case sites = """
        WITH RECURSIVE known (site) AS (SELECT min(site) FROM deployment WHERE host = ?1 UNION ALL
            SELECT (SELECT min(site) FROM deployment WHERE host = ?1 AND site > known.site) FROM known
                WHERE known.site IS NOT NULL)
        SELECT site FROM known WHERE site IS NOT NULL
        """

    /// The last deployment of a site that found or made a commit live before a time.
    case lastLive = """
        SELECT id, "commit" FROM deployment
        WHERE host = ? AND site = ? AND ended <= ? AND "commit" IS NOT NULL ORDER BY id DESC LIMIT 1
        """

    /// The first deployment of a row of deployments with the same commit.
    case firstLive = """
        SELECT min(id) FROM deployment
        WHERE host = ?1 AND site = ?2 AND id <= ?3 AND "commit" = ?4 AND id > ifnull((SELECT id FROM deployment
            WHERE host = ?1 AND site = ?2 AND id < ?3 AND "commit" <> ?4 ORDER BY id DESC LIMIT 1), 0)
        """

    case lastFailure = """
        SELECT id FROM deployment
        WHERE host = ? AND site = ? AND id > ? AND ended <= ? AND state = 'failed' ORDER BY id DESC LIMIT 1
        """

    case deliveriesOfDeployment = """
        SELECT forge, forge_id, repository, received
        FROM delivery_deployment JOIN delivery ON delivery.id = delivery_deployment.delivery
        WHERE deployment = ? ORDER BY delivery LIMIT 8
        """

    /// Only the ids of recent deliveries have an index.
    case deploymentsOfDelivery = """
        SELECT deployment FROM delivery JOIN delivery_deployment ON delivery_deployment.delivery = delivery.id
        WHERE +host = ? AND forge_id = ? ORDER BY deployment DESC LIMIT 100
        """

    case unfinishedSites = """
        SELECT site FROM deployment WHERE host = ?1 AND state = 'queued'
        UNION SELECT site FROM deployment WHERE host = ?1 AND state = 'running'
        UNION SELECT site FROM deployment WHERE host = ?1 AND state = 'waiting'
        """

    case deployment = """
        SELECT *, (SELECT count(*) FROM delivery_deployment WHERE deployment = deployment.id) AS deliveries
        FROM deployment WHERE id = ?
        """

    /// The plus keeps SQLite from sorting all rows of the host: the ids are in order already.
    case newestDeployments = """
        SELECT id, host, site, "order", cause, state, target_ref, target_commit, target_before, target_deleted,
            "commit", queued, started, ended, duration, next_try, failure, hint, note, '' AS output,
            (SELECT count(*) FROM delivery_deployment WHERE deployment = deployment.id) AS deliveries
        FROM deployment WHERE +host = ? AND id < ? ORDER BY id DESC LIMIT ?
        """

    case newestDeploymentsOfSite = """
        SELECT id, host, site, "order", cause, state, target_ref, target_commit, target_before, target_deleted,
            "commit", queued, started, ended, duration, next_try, failure, hint, note, '' AS output,
            (SELECT count(*) FROM delivery_deployment WHERE deployment = deployment.id) AS deliveries
        FROM deployment WHERE host = ? AND site = ? AND id < ? ORDER BY id DESC LIMIT ?
        """

    /// Steps from site to site along the index instead of reading a million rows.
    case latestDeployments = """
        WITH RECURSIVE known (site) AS (
            SELECT min(site) FROM deployment WHERE host = ?1
            UNION ALL
            SELECT (SELECT min(site) FROM deployment WHERE host = ?1 AND site > known.site) FROM known
                WHERE known.site IS NOT NULL)
        SELECT id, host, site, "order", cause, state, target_ref, target_commit, target_before, target_deleted,
            "commit", queued, started, ended, duration, next_try, failure, hint, note, '' AS output,
            (SELECT count(*) FROM delivery_deployment WHERE deployment = deployment.id) AS deliveries
        FROM deployment
        WHERE id IN (
            SELECT (SELECT id FROM deployment AS newest
                WHERE newest.host = ?1 AND newest.site = known.site
                    AND state NOT IN ('queued', 'running', 'waiting', 'interrupted')
                ORDER BY id DESC LIMIT 1)
            FROM known
            UNION SELECT id FROM deployment WHERE host = ?1 AND state = 'queued'
            UNION SELECT id FROM deployment WHERE host = ?1 AND state = 'running'
            UNION SELECT id FROM deployment WHERE host = ?1 AND state = 'waiting')
        ORDER BY id
        """

    // MARK: Notices

    case noticePosition = "SELECT number FROM notice_position WHERE host = ?"

    case setNoticePosition = """
        INSERT INTO notice_position VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET number = excluded.number
        """

    case noticeSites = "SELECT site, since FROM notice_site WHERE host = ?"

    case insertNoticeSite = "INSERT INTO notice_site VALUES (?, ?, ?)"

    case deleteNoticeSite = "DELETE FROM notice_site WHERE host = ? AND site = ?"

    case deleteNoticesOfSite = "DELETE FROM notice WHERE host = ? AND site = ?"

    case deleteNoticesAbout = "DELETE FROM notice WHERE host = ? AND site = ? AND kind = ? AND subject = ?"

    case insertNotice = """
        INSERT INTO notice (host, site, kind, deployment, subject, message, body, created, next_try)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
        """

    case trimNotices = """
        DELETE FROM notice WHERE host = ?1 AND site = ?2 AND kind = ?3 AND id <= (SELECT id FROM notice
            WHERE host = ?1 AND site = ?2 AND kind = ?3 ORDER BY id DESC LIMIT 1 OFFSET ?4)
        """

    case makeNoticesDue = """
        UPDATE notice SET next_try = min(next_try, ?) WHERE host = ? AND site = ? AND kind = ?
        """

    case deleteNotice = "DELETE FROM notice WHERE id = ?"

    case postponeNotice = "UPDATE notice SET tries = tries + 1, next_try = ? WHERE id = ?"

    case nextNotices = """
        SELECT id, site, kind, deployment, subject, message, '' AS body, created, tries, next_try FROM notice
        WHERE id IN (SELECT min(id) FROM notice WHERE host = ? GROUP BY site, kind)
        """

    case notice = "SELECT * FROM notice WHERE id = ?"

    case finishedAfter = """
        SELECT receipt.number, deployment.*,
            (SELECT count(*) FROM delivery_deployment WHERE deployment = deployment.id) AS deliveries
        FROM receipt JOIN deployment ON deployment.id = receipt.deployment
        WHERE receipt.host = ? AND receipt.number > ? ORDER BY receipt.number LIMIT ?
        """

    case allRunning = """
        SELECT id, host, site, "order", cause, state, target_ref, target_commit, target_before, target_deleted,
            "commit", queued, started, ended, duration, next_try, failure, hint, note, '' AS output, 0 AS deliveries
        FROM deployment WHERE host = ? AND state = 'running'
        """

    case stateBefore = """
        SELECT state FROM deployment JOIN receipt ON receipt.deployment = deployment.id
        WHERE deployment.host = ? AND site = ? AND state IN ('deployed', 'unchanged', 'failed')
            AND number < ? AND number > ? ORDER BY deployment.id DESC LIMIT 1
        """

    // MARK: Pruning. Times increase with the ids, so young rows need not be read. If the clock was set back, some rows
    // stay until the table has too many.

    case oldDeployments = """
        SELECT id FROM deployment AS old
        WHERE id < max((SELECT max(id) FROM deployment) - ?2 + 1,
                ifnull((SELECT id FROM deployment WHERE queued >= ?1 ORDER BY id LIMIT 1), 9223372036854775807))
            AND state NOT IN ('queued', 'running', 'waiting')
            AND (ended < ?1 OR id <= (SELECT max(id) FROM deployment) - ?2)
            AND EXISTS (SELECT 1 FROM deployment AS newer
                WHERE newer.host = old.host AND newer.site = old.site AND newer.id > old.id
                    AND newer.state NOT IN ('queued', 'running', 'waiting'))
        ORDER BY id LIMIT ?3
        """

    /// If the table has too many rows, a delivery may be deleted even if its deployment is kept.
    case oldDeliveries = """
        SELECT id FROM delivery
        WHERE id < max((SELECT max(id) FROM delivery) - ?2 + 1,
                ifnull((SELECT id FROM delivery WHERE received >= ?1 ORDER BY id LIMIT 1), 9223372036854775807))
            AND (received < ?1 OR id <= (SELECT max(id) FROM delivery) - ?2)
            AND NOT EXISTS (SELECT 1
                FROM delivery_deployment JOIN deployment ON deployment.id = delivery_deployment.deployment
                WHERE delivery = delivery.id AND (state IN ('queued', 'running', 'waiting')
                    OR queued >= ?1 AND delivery.id > (SELECT max(id) FROM delivery) - ?2))
        ORDER BY id LIMIT ?3
        """

    // The ids to delete are a JSON array.

    case moveExtentOfDeployments = """
        UPDATE extent SET deployments = max(deployments, ifnull(
            (SELECT max(ended) FROM deployment WHERE id IN (SELECT value FROM json_each(?))), 0))
        """

    case moveExtentOfDeliveries = """
        UPDATE extent SET deliveries = max(deliveries, ifnull(
            (SELECT max(received) FROM delivery WHERE id IN (SELECT value FROM json_each(?))), 0))
        """

    /// SQLite takes the receipt from the row with the largest number (sqlite.org/lang_select.html#bareagg).
    case moveAnchor = """
        INSERT INTO anchor SELECT host, max(number), receipt FROM receipt
            WHERE deployment IN (SELECT value FROM json_each(?)) GROUP BY host
        ON CONFLICT (host) DO UPDATE SET number = excluded.number, receipt = excluded.receipt
            WHERE excluded.number > anchor.number
        """

    case deleteReceipts = "DELETE FROM receipt WHERE deployment IN (SELECT value FROM json_each(?))"

    case deleteDeployments = "DELETE FROM deployment WHERE id IN (SELECT value FROM json_each(?))"

    case deleteDeliveries = "DELETE FROM delivery WHERE id IN (SELECT value FROM json_each(?))"

    case forgetForgeIDs = """
        UPDATE delivery SET is_recent = 0 WHERE id IN (
            SELECT id FROM delivery
            WHERE is_recent = 1 AND id <= (SELECT max(id) FROM delivery) - ?1 LIMIT ?2)
        """

    /// The SQL text.
    var sql: String { rawValue }
}
