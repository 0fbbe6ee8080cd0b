PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('deliveries and deployments');
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
INSERT INTO delivery VALUES(1,1795985073713,X'65b8b67dde7d2b1bff9b8c6c6aeb6ee4debd5a04847f9e24b2348ed9aa726763','github','id-1','alice/blog',NULL,1,1);
INSERT INTO delivery VALUES(2,1795985073831,X'b3a1bb58fb2b21f5f444aabaf460e90c95a2314c6e78cd902d5ab2d24a88ffad','github','id-2','alice/blog',NULL,1,1);
INSERT INTO delivery VALUES(3,1795985073892,X'99626d354381a9c62aa3dc2ce4c7ebe8c10923244c0d75f68e90178f4921a555','github','id-3','alice/blog',NULL,1,1);
INSERT INTO delivery VALUES(4,1795985073945,X'c2d3cc67d24101158d262c11abb1ccb82a2e15963106ffd012cd5675c3d367b7','github','id-4','alice/blog',NULL,1,1);
INSERT INTO delivery VALUES(5,1795985075443,X'0f47fa4da14cdda75a25e422d3ed0e749cefe2376c2bb342697a29b2a49a6a91','github','id-5','alice/blog',NULL,1,1);
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
INSERT INTO deployment VALUES(1,'site','push','deployed','refs/heads/main','5dac53e53a1b77f4520e36124ac9157c96120e38','5dac53e53a1b77f4520e36124ac9157c96120e38',1795985073713,1795985073719,1795985073773,50,NULL,NULL,replace('From alice/blog\n   04ec006..5dac53e  main       -> origin/main\nUpdating 04ec006..5dac53e\nFast-forward\n','\n',char(10)));
INSERT INTO deployment VALUES(2,'site','push','unchanged','refs/heads/main','5dac53e53a1b77f4520e36124ac9157c96120e38','5dac53e53a1b77f4520e36124ac9157c96120e38',1795985073831,1795985073831,1795985073831,0,NULL,NULL,'');
INSERT INTO deployment VALUES(3,'site','push','failed','refs/heads/main','79c919f18278fde04a92fe1e052b876e17e095fc',NULL,1795985073892,1795985073895,1795985073902,5,'the clone has local changes: error: cannot pull with rebase: You have unstaged changes.','git -C site status; commit or restore them',replace('error: cannot pull with rebase: You have unstaged changes.\nerror: please commit or stash them.\n','\n',char(10)));
INSERT INTO deployment VALUES(4,'site','push','running','refs/heads/main','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',NULL,1795985073945,1795985073948,NULL,NULL,NULL,NULL,'');
INSERT INTO deployment VALUES(5,'site','push','queued','refs/heads/main','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',NULL,1795985075443,NULL,NULL,NULL,NULL,NULL,'');
CREATE TABLE request (
    delivery INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
    deployment INTEGER NOT NULL REFERENCES deployment ON DELETE CASCADE,
    ref TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    PRIMARY KEY (delivery, deployment)
) STRICT, WITHOUT ROWID;
INSERT INTO request VALUES(1,1,'refs/heads/main','5dac53e53a1b77f4520e36124ac9157c96120e38');
INSERT INTO request VALUES(2,2,'refs/heads/main','5dac53e53a1b77f4520e36124ac9157c96120e38');
INSERT INTO request VALUES(3,3,'refs/heads/main','79c919f18278fde04a92fe1e052b876e17e095fc');
INSERT INTO request VALUES(4,4,'refs/heads/main','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
INSERT INTO request VALUES(5,5,'refs/heads/main','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('deployment',5);
CREATE INDEX delivery_by_forge_id ON delivery (forge_id) WHERE is_recent = 1;
CREATE INDEX delivery_by_previous_secret ON delivery (hook, received) WHERE secret = 2;
CREATE INDEX deployment_by_site ON deployment (site, id);
CREATE UNIQUE INDEX deployment_queued ON deployment (site) WHERE state = 'queued';
CREATE UNIQUE INDEX deployment_running ON deployment (site) WHERE state = 'running';
CREATE INDEX request_by_deployment ON request (deployment, delivery);
COMMIT;
