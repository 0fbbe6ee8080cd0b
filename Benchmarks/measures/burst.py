"""100 deliveries of one push at once.

Counts the answers 200, and the fetches from the remote, which git itself counts. The time ends when all answers were read and the
branch is at the commit. Compared with one bare `git pull --rebase`. The peers do what their usual script does: webhook starts a
`git pull` per delivery in the background, the others run it in the request.
"""

import collections
import time

import clones
import load
import servers
import web
from measures.deploy import BARE, DURABLE, children

CROWD, PATIENCE = 100, 30


def run(bench, folder):
    rounds = bench.pick(5, 1)
    repository = clones.Repository(bench, folder, [BARE, *servers.DEPLOYING])
    plain = repository.clones.pop(BARE)
    backends = servers.start(bench, folder, repository.clones)
    asked = {name: folder / f"asked-{number}" for number, name in enumerate(backends)}
    for name, clone in repository.clones.items():
        repository.git(clone, "config", "remote.origin.uploadpack", f"echo >>'{asked[name]}'; git-upload-pack")
    values = {kind: {} for kind in ("until deployed", "answered 200", "fetches", "CPU with git")}
    alone, late = values["until deployed"].setdefault(BARE, []), collections.Counter()
    # The first round opens the clones.
    for number in range(-1, rounds):
        body, commit = repository.push()
        start, before = time.perf_counter(), children()
        repository.git(plain, "-c", DURABLE, "pull", "--quiet", "--rebase")
        if number >= 0:
            alone.append((time.perf_counter() - start) * 1000)
            values["CPU with git"].setdefault(BARE, []).append((children() - before) * 1000)
        for name, backend in backends.items():
            figures = _burst(repository, backend, repository.clones[name], asked[name], body, commit, 1 if number < 0 else CROWD)
            if number >= 0:
                for kind, value in zip(values, figures):
                    values[kind].setdefault(name, []).append(value)
                if repository.head(repository.clones[name]) != commit:
                    late[name] += 1
    report = bench.report
    report.note(f"{rounds} rounds of {CROWD} deliveries")
    for kind, unit, base in (("until deployed", "ms", BARE), ("answered 200", "", None), ("fetches", "", None),
                             ("CPU with git", "ms", BARE)):
        report.figure(kind, unit, values[kind], base)
    for name, missed in late.items():
        report.note(f"{name}: not deployed {PATIENCE} s later in {missed} of {rounds} rounds")
    ours = values["answered 200"][servers.BELLPULL], values["fetches"][servers.BELLPULL]
    report.bar("burst of 100: answered 200", CROWD, min(ours[0]), is_floor=True)
    report.bar("burst of 100: pulls", 2, max(ours[1]))
    report.bar("burst of 100: time, × git pull", 3, report.ratio("until deployed", servers.BELLPULL, BARE))


def _burst(repository, backend, clone, asked, body, commit, count):
    asked.write_text("")
    before = backend.cpu
    answers, start = load.at_once(backend.port, body, count)
    while repository.head(clone) != commit and time.perf_counter() - start < PATIENCE:
        time.sleep(0.0005)
    elapsed = (time.perf_counter() - start) * 1000
    # webhook's scripts still run.
    _until_quiet(backend, asked)
    good = sum(answer.status == 200 for answer in answers)
    if good < count:
        print(f"  {backend.folder.name}: {web.outcomes(answers)}")
    return elapsed, good, len(asked.read_text().splitlines()), (backend.cpu - before) * 1000


def _until_quiet(backend, asked):
    """Waits until half a second passes in which the server uses no more than a little processor time."""
    used, end = backend.cpu, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        time.sleep(0.5)
        now = backend.cpu
        if not now - used >= 0.01:
            return
        used = now
