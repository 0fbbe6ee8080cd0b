internal import Foundation
internal import GRDB

/// The tables of the ledger, created and changed by named migrations. Times are in milliseconds since 1970, UTC.
struct Schema {
    /// The host for rows of earlier versions.
    let host: String

    static let deliveriesAndDeployments = "deliveries and deployments"
    static let hostsAndOrders = "hosts and orders"
    static let receipts = "receipts"
    static let notices = "notices"

    var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(Self.deliveriesAndDeployments) { database in
            try database.execute(sql: Self.version1)
        }
        migrator.registerMigration(Self.hostsAndOrders) { [host] database in
            try database.execute(sql: Self.version2)
            try database.execute(sql: Self.copyDeliveries, arguments: [host])
            try database.execute(sql: Self.copyDeployments, arguments: [host])
            try database.execute(sql: Self.replaceVersion1)
        }
        migrator.registerMigration(Self.receipts) { database in
            try database.execute(sql: Self.version3)
            try database.execute(sql: Self.insertExtent, arguments: [Date().milliseconds])
        }
        migrator.registerMigration(Self.notices) { try $0.execute(sql: Self.version4) }
        return migrator
    }

    /// Views in the connection's own schema. The views present the tables of the first version in today's form to
    /// read-only connections.
    static func viewsOfVersion1(host: String) -> String {
        let host = host.replacing("'", with: "''")
        return """
            CREATE TEMP VIEW delivery AS SELECT *, '\(host)' AS host FROM main.delivery;
            CREATE TEMP VIEW deployment AS SELECT *, '\(host)' AS host, 'follow' AS "order", NULL AS target_before,
                0 AS target_deleted, NULL AS next_try, NULL AS note FROM main.deployment;
            CREATE TEMP VIEW delivery_deployment AS SELECT * FROM main.request
            """
    }

    /// Views in the connection's own schema that add what the second version lacks.
    static let viewsOfVersion2 = """
        CREATE TEMP VIEW receipt AS
            SELECT 0 AS deployment, '' AS host, 0 AS number, x'' AS previous, x'' AS receipt WHERE 0;
        CREATE TEMP VIEW anchor AS SELECT '' AS host, 0 AS number, x'' AS receipt WHERE 0;
        CREATE TEMP VIEW extent AS SELECT 1 AS id, \(beginning(of: "delivery", "received")) AS deliveries,
            \(beginning(of: "deployment", "queued")) AS deployments, 9223372036854775807 AS unchained
        """

    /// Views in the connection's own schema that add what the third version lacks.
    static let viewsOfVersion3 = """
        CREATE TEMP VIEW notice_position AS SELECT '' AS host, 0 AS number WHERE 0;
        CREATE TEMP VIEW notice_site AS SELECT '' AS host, '' AS site, 0 AS since WHERE 0;
        CREATE TEMP VIEW notice AS SELECT 0 AS id, '' AS host, '' AS site, '' AS kind, 0 AS deployment, '' AS subject,
            '' AS message, '' AS body, 0 AS created, 0 AS tries, 0 AS next_try WHERE 0
        """

    /// When the oldest row was written from which on no row is missing. Numbers have no gaps unless rows were pruned.
    private static func beginning(of table: String, _ time: String) -> String {
        """
        (SELECT \(time) FROM \(table) WHERE id = (SELECT max(id) FROM \(table) AS first
            WHERE NOT EXISTS (SELECT 1 FROM \(table) AS before WHERE before.id = first.id - 1)))
        """
    }

    /// The schema of Bellpull 0.1.0.
    private static let version1 = """
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            received INTEGER NOT NULL,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            forge TEXT NOT NULL,
            forge_id TEXT,
            repository TEXT NOT NULL,
            hook TEXT,
            secret INTEGER NOT NULL CHECK (secret IN (1, 2)),
            is_recent INTEGER NOT NULL DEFAULT 1 CHECK (is_recent IN (0, 1))
        ) STRICT;
        CREATE INDEX delivery_by_forge_id ON delivery (forge_id) WHERE is_recent = 1;
        CREATE INDEX delivery_by_previous_secret ON delivery (hook, received) WHERE secret = 2;

        CREATE TABLE deployment (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            site TEXT NOT NULL,
            cause TEXT NOT NULL CHECK (cause IN ('push', 'catch-up', 'command')),
            state TEXT NOT NULL
                CHECK (state IN ('queued', 'running', 'deployed', 'unchanged', 'failed', 'interrupted')),
            target_ref TEXT,
            target_commit TEXT CHECK ((target_commit IS NULL) = (target_ref IS NULL)),
            "commit" TEXT,
            queued INTEGER NOT NULL,
            started INTEGER CHECK (state <> 'queued' OR started IS NULL),
            ended INTEGER,
            duration INTEGER,
            failure TEXT,
            hint TEXT,
            output TEXT NOT NULL DEFAULT '',
            CHECK ((state IN ('queued', 'running')) = (ended IS NULL)),
            CHECK ((state = 'failed') = (failure IS NOT NULL)),
            CHECK ((state IN ('deployed', 'unchanged')) = ("commit" IS NOT NULL))
        ) STRICT;
        CREATE INDEX deployment_by_site ON deployment (site, id);
        CREATE UNIQUE INDEX deployment_queued ON deployment (site) WHERE state = 'queued';
        CREATE UNIQUE INDEX deployment_running ON deployment (site) WHERE state = 'running';

        CREATE TABLE request (
            delivery INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
            deployment INTEGER NOT NULL REFERENCES deployment ON DELETE CASCADE,
            ref TEXT NOT NULL,
            "commit" TEXT NOT NULL,
            PRIMARY KEY (delivery, deployment)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX request_by_deployment ON request (deployment, delivery);
        """

    /// A delivery is known by its body for as long as the row is kept, and by the forge's id only while the delivery is
    /// recent: for each delivery, an index of a million random ids would cost as much as all other writes.
    ///
    /// A site has at most one queued deployment per order, and at most one running deployment, whichever process
    /// writes: two partial indexes enforce the limits. Later versions add states, causes and orders, so no constraint
    /// lists the words.
    private static let version2 = """
        CREATE TABLE new_delivery (
            id INTEGER PRIMARY KEY,
            host TEXT NOT NULL,
            received INTEGER NOT NULL,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            forge TEXT NOT NULL,
            forge_id TEXT,
            repository TEXT NOT NULL,
            hook TEXT,
            secret INTEGER NOT NULL,
            is_recent INTEGER NOT NULL DEFAULT 1
        ) STRICT;

        CREATE TABLE new_deployment (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            host TEXT NOT NULL,
            site TEXT NOT NULL,
            "order" TEXT NOT NULL,
            cause TEXT NOT NULL,
            state TEXT NOT NULL,
            target_ref TEXT,
            target_commit TEXT CHECK ((target_commit IS NULL) = (target_ref IS NULL)),
            target_before TEXT,
            target_deleted INTEGER NOT NULL DEFAULT 0,
            "commit" TEXT,
            queued INTEGER NOT NULL,
            started INTEGER,
            ended INTEGER,
            duration INTEGER,
            tries INTEGER NOT NULL DEFAULT 0,
            next_try INTEGER,
            failure TEXT,
            hint TEXT,
            note TEXT,
            output TEXT NOT NULL DEFAULT ''
        ) STRICT;
        """

    private static let copyDeliveries = """
        INSERT INTO new_delivery
        SELECT id, ?, received, digest, forge, forge_id, repository, hook, secret, is_recent FROM delivery
        """

    private static let copyDeployments = """
        INSERT INTO new_deployment
        SELECT id, ?, site, 'follow', cause, state, target_ref, target_commit, NULL, 0, "commit", queued, started, ended,
            duration, 0, NULL, failure, hint, NULL, output
        FROM deployment
        """

    /// Numbers of deployments are never reused, so the new table continues the sequence of the old one.
    private static let replaceVersion1 = """
        DELETE FROM sqlite_sequence WHERE name = 'new_deployment';
        INSERT INTO sqlite_sequence (name, seq)
            SELECT 'new_deployment', seq FROM sqlite_sequence WHERE name = 'deployment';

        ALTER TABLE request RENAME TO old_request;
        DROP TABLE delivery;
        ALTER TABLE new_delivery RENAME TO delivery;
        DROP TABLE deployment;
        ALTER TABLE new_deployment RENAME TO deployment;

        CREATE TABLE delivery_deployment (
            delivery INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
            deployment INTEGER NOT NULL REFERENCES deployment ON DELETE CASCADE,
            ref TEXT NOT NULL,
            "commit" TEXT NOT NULL,
            before TEXT,
            deleted INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (delivery, deployment)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO delivery_deployment SELECT delivery, deployment, ref, "commit", NULL, 0 FROM old_request;
        DROP TABLE old_request;
        CREATE INDEX delivery_deployment_by_deployment ON delivery_deployment (deployment, delivery);

        CREATE INDEX delivery_by_forge_id ON delivery (forge_id) WHERE is_recent = 1;
        CREATE INDEX delivery_by_previous_secret ON delivery (hook, received) WHERE secret = 2;
        CREATE INDEX deployment_by_site ON deployment (host, site, id);
        CREATE UNIQUE INDEX deployment_queued ON deployment (host, site, "order") WHERE state = 'queued';
        CREATE UNIQUE INDEX deployment_running ON deployment (host, site) WHERE state = 'running';
        CREATE INDEX deployment_waiting ON deployment (host, site, id) WHERE state = 'waiting';
        """

    /// `receipt` has no foreign key: a row without its deployment tells that the deployment was deleted by hand. Receipts of
    /// pruned deployments go, and `anchor` has the newest of them. The only row of `extent` tells which rows may be pruned.
    private static let version3 = """
        CREATE TABLE receipt (
            deployment INTEGER PRIMARY KEY,
            host TEXT NOT NULL,
            number INTEGER NOT NULL,
            previous BLOB NOT NULL,
            receipt BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX receipt_by_number ON receipt (host, number);
        CREATE TABLE anchor (
            host TEXT PRIMARY KEY,
            number INTEGER NOT NULL,
            receipt BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE extent (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            deliveries INTEGER NOT NULL,
            deployments INTEGER NOT NULL,
            unchained INTEGER NOT NULL
        ) STRICT;
        """

    /// The notices wait in one queue per site and kind. `deployment` has no foreign key: a notice outlives a pruned deployment.
    private static let version4 = """
        CREATE TABLE notice_position (
            host TEXT PRIMARY KEY,
            number INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE notice_site (
            host TEXT NOT NULL,
            site TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (host, site)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE notice (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            host TEXT NOT NULL,
            site TEXT NOT NULL,
            kind TEXT NOT NULL,
            deployment INTEGER NOT NULL,
            subject TEXT NOT NULL,
            message TEXT NOT NULL,
            body TEXT NOT NULL,
            created INTEGER NOT NULL,
            tries INTEGER NOT NULL DEFAULT 0,
            next_try INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX notice_by_site ON notice (host, site, kind, id);
        """

    /// A new ledger begins now.
    private static let insertExtent = """
        INSERT INTO extent SELECT 1, ifnull(\(beginning(of: "delivery", "received")), ?1),
            ifnull(\(beginning(of: "deployment", "queued")), ?1), ifnull((SELECT max(id) FROM deployment), 0)
        """
}
