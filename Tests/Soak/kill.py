"""An acknowledged delivery survives `kill -9` at any later moment."""

import collections
import os
import random
import threading
import time

import program
import repositories
import verdict
import web

KILLS = int(os.environ.get("KILLS", 500))
SITES = 20
SENDERS = 8
ALONE = os.environ.get("ALONE") == "1"
DURABLE = {"deployed", "queued", "waiting", "unchanged", "duplicate"}


class Load:
    """Delivers distinct pushes to all sites, from several senders at once, inside a `with` block."""

    def __init__(self, port, all_sites):
        self.port, self.sites = port, all_sites
        self.acknowledged = []
        self.answers = collections.Counter()
        self.is_over = False
        self.under_way = 0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        for thread in self._threads:
            thread.join()

    def _send(self, number):
        chance, client = random.Random(number), web.Client(self.port)
        while not self.is_over:
            site = chance.choice(self.sites)
            # A quarter of the pushes move the branch; the others announce the current commit again.
            delivery, position = site.push(1 if chance.random() < 0.25 else 0)
            with self._lock:
                self.under_way += 1
            answer = client.send(delivery)
            with self._lock:
                self.under_way -= 1
                self.answers[f"{answer.status} {answer.outcome or 'nothing'}"] += 1
                if 200 <= answer.status < 300 and answer.outcome in DURABLE:
                    self.acknowledged.append((site, position, delivery.digest))
            if answer.status in (0, 502):
                time.sleep(0.005)
        client.close()


def run(folder):
    all_sites = repositories.make(folder, [f"site{number}" for number in range(SITES)], 4 * KILLS)
    # So short that some answers come before the deployment ends, and some after.
    with program.Bellpull(folder / "bellpull", all_sites, answer_within="150ms") as bellpull:
        bellpull.serve()
        start = time.monotonic()
        cut_off = while_deploying = 0
        with Load(bellpull.port, all_sites) as load:
            chance = random.Random(1)
            for number in range(KILLS):
                time.sleep(chance.uniform(0, 0.7))
                # Kills either only the program, so that git goes on alone, or the program and git.
                while_deploying += len(bellpull.session) > 1
                cut_off += load.under_way
                bellpull.kill() if ALONE or number % 2 else bellpull.kill_all()
                bellpull.serve()
        report(bellpull, load, all_sites)
        verdict.figure("kills", KILLS)
        verdict.figure("  while git was running", while_deploying)
        verdict.figure("deliveries under way at a kill", cut_off)
        verdict.figure("seconds", time.monotonic() - start)


def report(bellpull, load, all_sites):
    verdict.note(", ".join(f"{count} × {words}" for words, count in load.answers.most_common()))
    verdict.figure("nothing is queued or running after the last start", "yes" if (settled := bellpull.settle()) else "no", "yes", settled)

    recorded = {row[:2]: row[2] for row in bellpull.rows("""
        SELECT digest, site, max(deployment.id) FROM delivery
        JOIN delivery_deployment ON delivery = delivery.id JOIN deployment ON deployment.id = deployment GROUP BY 1, 2""")}
    missing = [entry for entry in load.acknowledged if (entry[2], entry[0].name) not in recorded]
    verdict.figure("deliveries acknowledged", len(load.acknowledged))
    verdict.none("  missing from the ledger", len(missing))

    newest = collections.defaultdict(int)
    for site, position, _ in load.acknowledged:
        newest[site] = max(newest[site], position)
    verdict.none("sites behind an acknowledged push", sum(site.how_far < newest[site] for site in all_sites))

    # The forge shows deliveries without an acknowledgement as failed, and a person sends them again.
    behind = [site for site in all_sites if site.how_far != site.position]
    web.deliver(bellpull.port, [site.push(0)[0] for site in behind], connections=4)
    bellpull.settle()
    verdict.figure("sites behind a push that was not acknowledged", len(behind))
    verdict.none("  still behind after another delivery", sum(site.how_far != site.position for site in all_sites))

    states = dict(bellpull.rows("SELECT state, count(*) FROM deployment GROUP BY 1"))
    verdict.note("deployments: " + ", ".join(f"{count} {state}" for state, count in sorted(states.items())))
    for failure, count in bellpull.rows("SELECT failure, count(*) FROM deployment WHERE failure <> '' GROUP BY 1 LIMIT 9"):
        verdict.note(f"{count} × {failure}")
    verdict.none("deployments failed", states.get("failed", 0))
    verdict.none("deployments queued or running", sum(states.get(state, 0) for state in ("queued", "running", "waiting")))
    for check in ("integrity_check", "foreign_key_check"):
        found = bellpull.rows(f"PRAGMA {check}")
        verdict.figure(check, "ok" if (fine := found in ([], [("ok",)])) else "not ok", "ok", fine)
    troubles = {site.name: site.trouble for site in all_sites if site.trouble}
    verdict.none("sites with a leftover lock, rebase or change", len(troubles))
    for name, trouble in troubles.items():
        verdict.note(f"{name}: {', '.join(trouble)}")
