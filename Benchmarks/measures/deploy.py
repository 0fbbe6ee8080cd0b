"""One push of one page, from its delivery until it is deployed.

Compared with a bare `git pull --rebase` that syncs what Bellpull syncs, in alternation. The time ends when the reply was read and
the branch of the clone is at the commit: webhook replies at once, and its git then still has to exit. The peers run git as it is,
which syncs less and may lose a deployment in a power failure; compare them with the bare pull without syncing.
"""

import resource
import statistics
import time

import clones
import delivery
import servers
from processes import expect

BARE, UNSYNCED = "git pull --rebase", "git pull --rebase, unsynced"
#: What Bellpull has git sync to the disk.
DURABLE = "core.fsync=committed,pack-metadata,reference,index"
PATIENCE = 20


def run(bench, folder):
    pushes = bench.pick(40, 8)
    repository = clones.Repository(bench, folder, [BARE, UNSYNCED, *servers.DEPLOYING])
    backends = servers.start(bench, folder, {name: repository.clones[name] for name in servers.DEPLOYING})
    connections = {name: delivery.connect(backend.port) for name, backend in backends.items()}

    def deploy(name, body):
        if name not in backends:
            syncing = ["-c", DURABLE] if name == BARE else []
            repository.git(repository.clones[name], *syncing, "pull", "--quiet", "--rebase")
            return
        outcome = delivery.deliver(connections[name], body, delivery.headers(body))
        expect(outcome in ("200", "200 deployed"), f"{name} answered {outcome}")

    def used(name):
        """Seconds of processor time, of git too."""
        return backends[name].cpu if name in backends else children()

    names = [BARE, UNSYNCED, *backends]
    figures = {name: ([], []) for name in names}
    # The first push opens the clones.
    for number in range(-2, pushes):
        body, commit = repository.push()
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            bench.processes.output("sync", "-f", folder)
            before = used(name)
            start = time.perf_counter()
            deploy(name, body)
            while repository.head(repository.clones[name]) != commit:
                expect(time.perf_counter() - start < PATIENCE, f"{name} did not deploy within {PATIENCE} s")
                time.sleep(0.0002)
            elapsed = time.perf_counter() - start
            if number >= 0:
                figures[name][0].append(elapsed * 1000)
                figures[name][1].append((used(name) - before) * 1000)
    report = bench.report
    report.note(f"{pushes} pushes")
    report.figure("until deployed", "ms", {name: figure[0] for name, figure in figures.items()}, BARE)
    report.figure("CPU with git", "ms", {name: figure[1] for name, figure in figures.items()}, BARE)
    pairs = [ours / bare for ours, bare in zip(figures[servers.BELLPULL][0], figures[BARE][0])]
    report.note(f"Bellpull, × {BARE} of the same push: median {statistics.median(pairs):.2f}")
    report.bar("one push until deployed, × git pull", 1.05, report.ratio("until deployed", servers.BELLPULL, BARE))


def children():
    """Returns the seconds of processor time of the programs that this one has run."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
