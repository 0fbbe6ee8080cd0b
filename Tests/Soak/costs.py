"""What a delivery costs Bellpull, in processor time."""

import itertools

import forge
import web

ROUNDS = 9
DELIVERIES = 2_000


def ignored(sites):
    """Makes pushes to a branch that no site follows."""
    turns = itertools.cycle(sites)
    return lambda: forge.push(next(turns).repository, "0" * 39 + "1", branch="docs")


def unchanged(sites):
    """Makes pushes of what the sites are at."""
    turns = itertools.cycle(sites)
    return lambda: next(turns).push(0)[0]


def open_clones(bellpull, sites):
    """Delivers to each site once: only then is its clone known, and what it is at."""
    answers = web.deliver(bellpull.port, [site.push(0)[0] for site in sites], connections=8)
    if not all(answer.status in (200, 202) for answer in answers) or not bellpull.settle():
        raise RuntimeError(f"the sites cannot be opened: {web.outcomes(answers)}\n{bellpull.log_end}")


def compare(*loads):
    """The µs of processor time that a delivery costs, 16 of them at a time, for each Bellpull and kind of delivery: in
    the least disturbed of several rounds, taken in turn, so that all have the same chance of a quiet one."""
    for bellpull, make in loads:
        _round(bellpull, make, 500)
    figures = [[_round(bellpull, make, DELIVERIES) for bellpull, make in loads] for _ in range(ROUNDS)]
    return [min(column) for column in zip(*figures)]


def _round(bellpull, make, count):
    deliveries = [make() for _ in range(count)]
    before = bellpull.cpu
    answers = web.deliver(bellpull.port, deliveries)
    after = bellpull.cpu
    if any(answer.status != 200 for answer in answers):
        raise RuntimeError(f"not all were answered with 200: {web.outcomes(answers)}\n{bellpull.log_end}")
    return (after - before) / count * 1e6
