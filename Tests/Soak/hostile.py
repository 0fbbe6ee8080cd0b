"""Ten thousand hostile requests deploy nothing and record nothing, and all are in the access log."""

import collections
import concurrent.futures
import hashlib
import os
import pathlib
import random
import time

import attacks
import audit
import fastcgi
import forge
import program
import raw
import repositories
import senders
import verdict

# These modules register their attacks in attacks.ALL.
import forgeries
import payloads
import strange

REQUESTS = int(os.environ.get("REQUESTS", 10_000))
SEED = int(os.environ.get("SEED", 1))
WARM = REQUESTS // 10
AT_ONCE = 8
OWN_SECRET = "whsec_YW5vdGhlciBzZWNyZXQsIG9mIG9uZSBzaXRl"

Shot = collections.namedtuple("Shot", "attack sent reply")


class Targets:
    """A site per sender behind the shared hook, and a site with its own hook."""

    def __init__(self, folder):
        names = [sender.name for sender in senders.ALL]
        self.sites = {site.name: site for site in repositories.make(folder, [*names, "own"], 1)}
        for sender in senders.ALL:
            self.sites[sender.name].keys["forge"] = sender.forge
        secret = folder / "own.secret"
        secret.write_text(OWN_SECRET)
        secret.chmod(0o600)
        self.sites["own"].keys["secret_file"] = secret
        # Each remote is ahead by one commit. Only the good pushes at the end deploy it.
        for site in self.sites.values():
            site.push()

    def aim(self, chance, sender, is_own):
        if is_own:
            return attacks.Aim(chance, sender, self.sites["own"], "/github/own", OWN_SECRET, forge.SECRET)
        return attacks.Aim(chance, sender, self.sites[sender.name], "/github", forge.SECRET, OWN_SECRET)


def run(folder):
    print(f"  seed {SEED}")
    targets = Targets(folder)
    with program.Bellpull(folder / "bellpull", targets.sites.values()) as bellpull:
        bellpull.serve()
        program.await_(lambda: len(audit.lines(bellpull)) == 1, 10, "the log")
        before, uses, shots, start = state(folder), [bellpull.memory], [], time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for part in (range(WARM), range(WARM, REQUESTS)):
                shots += pool.map(lambda number: shoot(bellpull, targets, number), part)
                uses.append(bellpull.memory)
        seconds = time.monotonic() - start
        answers(shots)
        verdict.figure("requests", len(shots))
        verdict.figure("  a second", len(shots) / seconds)
        replies(shots)
        aftermath(folder, bellpull, before, uses)
        audit.compare(bellpull, shots)
        good_pushes(folder, bellpull, targets)


def shoot(bellpull, targets, number):
    """Sends request `number`. The same seed makes the same request, except for the time of day."""
    if bellpull.process.poll() is not None:
        raise RuntimeError(f"bellpull ended before request {number}:\n{bellpull.log_end}")
    chance = random.Random(f"{SEED}/{number}")
    attack = attacks.ALL[number % len(attacks.ALL)]
    aim = targets.aim(chance, chance.choice(attack.senders), not attack.shared and chance.random() < 0.25)
    sent = bytes(attack.make(aim))
    address = bellpull.folder / "bellpull.sock" if attack.on_socket else bellpull.port
    try:
        received = raw.exchange(address, sent)
    except TimeoutError:
        raise RuntimeError(f"no answer to request {number}, {attack.name}: {sent[:1000]}\n{bellpull.log_end}") from None
    return Shot(attack, sent, raw.Reply(fastcgi.output(received) if attack.on_socket else received))


def answers(shots):
    """Prints the answers to each attack, and whether they are allowed."""
    for attack in attacks.ALL:
        mine = [shot for shot in shots if shot.attack is attack]
        tally = collections.Counter(shot.reply.words for shot in mine).most_common()
        wrong = [shot for shot in mine if attack.allowed and shot.reply.words not in attack.allowed]
        text = ", ".join(f"{count:,} × {words}" for words, count in tally)
        verdict.figure(attack.name, len(mine), text, not wrong)
        for shot in wrong[:3]:
            verdict.note(f"  {shot.reply.words} {shot.reply.body[:200]} is the answer to {shot.sent[:1000]}")


def replies(shots):
    """Checks all replies."""
    odd = sum(not audit.is_printable(b"".join(shot.reply.lines)) for shot in shots)
    verdict.none("replies with other than printable ASCII in the head", odd)
    kinds = {
        (*(line for line in shot.reply.lines if not line.startswith(b"Date: ")), shot.reply.body)
        for shot in shots if shot.reply.status == 401}
    verdict.figure("different answers to invalid signatures", len(kinds), "1", len(kinds) == 1)
    times = [int(shot.reply["Bellpull-Duration-Ms"]) for shot in shots if shot.reply["Bellpull-Outcome"] == "malformed"]
    verdict.at_most("longest time for a malformed delivery, ms", max(times), 50)


def aftermath(folder, bellpull, before, uses):
    """Checks that the attacks left nothing behind."""
    alive = bellpull.process.poll() is None and bellpull.nginx.poll() is None
    verdict.figure("Bellpull and nginx still run", "yes" if alive else "no", "yes", alive)
    for table in ("delivery", "deployment"):
        verdict.none(f"rows in the ledger's table {table}", bellpull.count(table))
    changed = {path for path, _ in before.items() ^ state(folder).items()}
    verdict.none("files of clones and remotes that changed", len(changed))
    marks = [*folder.rglob(payloads.MARK), *pathlib.Path().glob(payloads.MARK)]
    verdict.none("files that injected commands created", len(marks))
    lines = (bellpull.folder / "bellpull.log").read_bytes().splitlines()
    verdict.none("lines of Bellpull's log with other bytes", sum(not audit.is_printable(line) for line in lines))
    told = sum(secret.encode() in line for line in lines for secret in (forge.SECRET, OWN_SECRET))
    verdict.none("  that contain a secret", told)
    figures = ", ".join(f"{use:.2f}" for use in uses)
    verdict.note(f"memory, MiB: {figures} (before, after {WARM:,}, after {REQUESTS:,})")
    verdict.at_most("growth of memory since, MiB", uses[2] - uses[1], 4.0)


def state(folder):
    """Returns the mode and a digest of every file of the clones and remotes, including .git."""
    files = [path for part in ("sites", "remotes") for path in (folder / part).rglob("*") if not path.is_dir()]
    return {path: (path.lstat().st_mode, hashlib.sha256(path.read_bytes()).digest()) for path in files}


def good_pushes(folder, bellpull, targets):
    """Checks that a valid push of each forge still deploys, with malicious headers too, and appears in the log."""
    chance, environment, evil = random.Random(SEED), folder / "environment", "e" * 40
    environment.touch()
    for site in targets.sites.values():
        repositories.git(site.path, "config", "remote.origin.uploadpack", f"env >>'{environment}'; git-upload-pack")
    aims = [targets.aim(chance, sender, False) for sender in senders.ALL] + [targets.aim(chance, senders.ALL[0], True)]
    for aim in aims:
        request = aim.push().add(*strange.evil_headers(chance, evil))
        reply = raw.Reply(raw.exchange(bellpull.port, bytes(request)))
        words = "200 deployed"
        verdict.figure(f"a good push of {aim.sender.name} to {aim.target}", reply.words, words, reply.words == words)
    verdict.none("sites not at their remote", sum(site.how_far != site.position for site in targets.sites.values()))
    seen = environment.read_text()
    count = seen.count("GIT_TERMINAL_PROMPT=0\n")
    verdict.figure("environments of git checked", count, f"at least {len(aims)}", count >= len(aims))
    verdict.none("  that contain a header of a request", seen.count(evil))
    recorded = [id for id, in bellpull.rows("SELECT forge_id FROM delivery")]
    verdict.figure("deliveries in the ledger", len(recorded), str(len(aims)), len(recorded) == len(aims))
    logged = collections.Counter(line["delivery"] for line in map(audit.entry, audit.lines(bellpull)) if line)
    verdict.none("  without exactly one line in the access log", sum(logged[id] != 1 for id in recorded))
