"""Descriptors, threads and memory do not grow with the number of deployments."""

import collections
import os
import time

import program
import repositories
import verdict
import web

DEPLOYMENTS = int(os.environ.get("DEPLOYMENTS", 1000))
EARLY = min(100, DEPLOYMENTS // 10)
SITES = 4

Use = collections.namedtuple("Use", "descriptors threads memory zombies")


def run(folder):
    sites = repositories.make(folder, [f"site{number}" for number in range(SITES)], DEPLOYMENTS)
    with program.Bellpull(folder / "bellpull", sites) as bellpull:
        bellpull.serve()
        uses = [use(bellpull)]
        start = time.perf_counter()
        for begin, end in ((0, EARLY), (EARLY, DEPLOYMENTS)):
            deploy(bellpull, sites, begin, end)
            uses.append(use(bellpull))
        seconds = time.perf_counter() - start
        bellpull.stop()
        compare(bellpull, uses)
        verdict.none("sites not at their remote", sum(site.how_far != site.position for site in sites))
        verdict.figure("ms per deployment", seconds / DEPLOYMENTS * 1000)


def use(bellpull):
    """Returns what Bellpull uses when it is idle."""
    time.sleep(2)
    bellpull.settle()
    return Use(bellpull.descriptors, bellpull.status("Threads"), bellpull.memory, bellpull.zombies)


def deploy(bellpull, sites, begin, end):
    client = web.Client(bellpull.port)
    for number in range(begin, end):
        answer = client.send(sites[number % SITES].push()[0])
        if (answer.status, answer.outcome) != (200, "deployed"):
            raise RuntimeError(f"deployment {number} was answered {answer.status} {answer.outcome}\n{bellpull.log_end}")
    client.close()


def compare(bellpull, uses):
    verdict.figure("deployments in the ledger", done := bellpull.count("deployment", "state = 'deployed'"),
                   f"{DEPLOYMENTS:,}", done == DEPLOYMENTS)
    for kind in Use._fields:
        figures = [getattr(use, kind) for use in uses]
        text = ", ".join(f"{figure:.2f}" if kind == "memory" else str(figure) for figure in figures)
        verdict.note(f"{kind + (', MiB' if kind == 'memory' else '')}: {text} (before, after {EARLY}, after {DEPLOYMENTS})")
    # At the first command Foundation starts two threads with descriptors, which stay.
    _, early, late = uses
    for kind in ("descriptors", "threads"):
        verdict.none(f"more {kind} than after {EARLY}", getattr(late, kind) - getattr(early, kind))
    verdict.at_most("growth of memory since, MiB", late.memory - early.memory, 2.0)
    verdict.none("zombies", max(use.zombies for use in uses))
