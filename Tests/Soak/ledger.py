"""A ledger of a million rows costs no speed: a thousand durable deliveries per second, and the cost of each."""

import os
import sqlite3
import time
import uuid

import costs
import program
import repositories
import verdict
import web

ROWS = {"small": 1_000, "large": 1_000_000}
SITES = 100
RATE, SECONDS = 1_000, 20
# Only the newest deliveries are known by the forge's id. Bellpull clears the flag of older deliveries every ten minutes.
RECENT = 20_000
# Bellpull must delete no rows meanwhile.
FOR_EVER = {"history_count": 900_000_000, "history_age": "36500d"}


def run(folder):
    sites = repositories.make(folder, [f"site{number}" for number in range(SITES)], 1)
    with (
        program.Bellpull(folder / "small", sites, **FOR_EVER) as small,
        program.Bellpull(folder / "large", sites, **FOR_EVER) as large,
    ):
        for bellpull, rows in zip((small, large), ROWS.values()):
            bellpull.serve()
            costs.open_clones(bellpull, sites[:1])
            bellpull.stop()
            fill(bellpull.folder / "state/ledger.sqlite", rows, sites)
        costs_of_recording(small, large, sites)
        for bellpull in (small, large):
            throughput(bellpull, sites)


def fill(path, rows, sites):
    """Adds `rows` deliveries of the last two months, each with a deployment.

    The rows get the host of the rows that Bellpull has written, and replace these rows."""
    start, span = int((time.time() - 60 * 86_400) * 1000), 59 * 86_400_000
    ledger = sqlite3.connect(path)
    ledger.execute("PRAGMA synchronous = OFF")
    ledger.execute("PRAGMA cache_size = -400000")
    with ledger:
        (host,) = ledger.execute("SELECT DISTINCT host FROM deployment").fetchone()
        for table in ("delivery_deployment", "delivery", "deployment"):
            ledger.execute(f"DELETE FROM {table}")
        ledger.executemany(
            "INSERT INTO delivery (id, host, received, digest, forge, forge_id, repository, secret, is_recent) "
            "VALUES (?, ?, ?, ?, 'github', ?, ?, 1, ?)",
            ((number, host, start + span * number // rows, os.urandom(32), str(uuid.UUID(bytes=os.urandom(16))),
              sites[number % len(sites)].repository, number > rows - RECENT) for number in range(1, rows + 1)))
        ledger.executemany(
            'INSERT INTO deployment (id, host, site, "order", cause, state, target_ref, target_commit, "commit", queued, '
            "started, ended, duration, output) VALUES (?1, ?6, ?2, 'follow', 'push', 'deployed', 'refs/heads/main', ?3, "
            "?3, ?4, ?4, ?4 + 80, 80, ?5)",
            ((number, sites[number % len(sites)].name, os.urandom(20).hex(), start + span * number // rows,
              "Updating 1a2b3c4..5d6e7f8\nFast-forward\n index.html | 2 +-\n 1 file changed\n", host)
             for number in range(1, rows + 1)))
        ledger.execute('INSERT INTO delivery_deployment (delivery, deployment, ref, "commit") '
                       "SELECT id, id, target_ref, target_commit FROM deployment")
    ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()


def costs_of_recording(small, large, sites):
    for bellpull in (small, large):
        bellpull.serve()
        costs.open_clones(bellpull, sites)
    ignored, recorded, of_large = costs.compare(
        (small, costs.ignored(sites)), (small, costs.unchanged(sites)), (large, costs.unchanged(sites)))
    verdict.figure("an ignored delivery, µs of CPU", ignored)
    verdict.figure(f"a recorded delivery after {ROWS['small']:,} rows, µs of CPU", recorded)
    verdict.at_most("  more than an ignored delivery", recorded - ignored, 150.0)
    verdict.figure(f"a recorded delivery after {ROWS['large']:,} rows, µs of CPU", of_large)
    verdict.at_most("  as a multiple", of_large / recorded, 1.2)
    verdict.figure("resident with a million rows, MiB", large.memory)
    for bellpull in (small, large):
        bellpull.stop()


def throughput(bellpull, sites):
    bellpull.serve()
    rows = bellpull.count("delivery")
    costs.open_clones(bellpull, sites)
    before = bellpull.count("delivery")
    next_push = costs.unchanged(sites)
    deliveries = [next_push() for _ in range(RATE * SECONDS)]
    used, start = bellpull.cpu, time.perf_counter()
    answers = web.deliver(bellpull.port, deliveries, connections=64, rate=RATE)
    elapsed, used = time.perf_counter() - start, bellpull.cpu - used
    durable = sum(answer.status in (200, 202) for answer in answers)
    milliseconds = [answer.seconds * 1000 for answer in answers]
    verdict.note(f"{RATE:,} deliveries per second for {SECONDS} s to {SITES} sites, after {rows:,} rows: {web.outcomes(answers)}")
    verdict.figure("answers per second", len(answers) / elapsed, "as sent", elapsed < SECONDS * 1.02 + 0.5)
    verdict.none("not answered 200 or 202", len(answers) - durable)
    verdict.none("acknowledged, but not in the ledger", durable - (bellpull.count("delivery") - before))
    for label, share in (("median", 0.5), ("99th percentile", 0.99), ("longest", 1)):
        verdict.figure(f"{label}, ms", verdict.percentile(milliseconds, share))
    verdict.figure("processor time of Bellpull, % of a core", 100 * used / elapsed)
    bellpull.stop()
