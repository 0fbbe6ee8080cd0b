internal import GRDB

/// The tables, made and changed by named migrations. Times are in milliseconds since 1970, UTC.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("deliveries and deployments") { database in
            try database.execute(sql: deliveriesAndDeployments)
        }
        return migrator
    }

    /// A delivery is known by its body for as long as it is kept, by the forge's id only while it is recent: an index of a
    /// million random ids would cost each further one as much as all else that is written for it.
    ///
    /// A site has one deployment queued and one running at most, whoever writes: the two partial indexes see to it.
    private static let deliveriesAndDeployments = """
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
}
