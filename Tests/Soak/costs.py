"""The processor time that a delivery costs Bellpull."""

import itertools

import forge
import web

ROUNDS = 9
DELIVERIES = 2_000


def ignored(sites):
    """Returns a function that makes pushes to a branch that no site follows."""
    turns = itertools.cycle(sites)
    return lambda: forge.push(next(turns).repository, "0" * 39 + "1", branch="docs")


def unchanged(sites):
    """Returns a function that makes pushes of the commits that the sites are at."""
    turns = itertools.cycle(sites)
    return lambda: next(turns).push(0)[0]


def open_clones(bellpull, sites):
    """Delivers to each site once, so that Bellpull opens the clones and knows their commits."""
    answers = web.deliver(bellpull.port, [site.push(0)[0] for site in sites], connections=8)
    if not all(answer.status in (200, 202) for answer in answers) or not bellpull.settle():
        raise RuntimeError(f"a site cannot be opened: {web.outcomes(answers)}\n{bellpull.log_end}")


def compare(*loads):
    """Returns the µs of processor time per delivery, with 16 at a time, for each Bellpull and kind of delivery.

    Runs several rounds in turn, so that all have the same chance of a quiet round, and takes the least of each."""
    for bellpull, make in loads:
        per_delivery(bellpull, make, 500)
    figures = [[per_delivery(bellpull, make, DELIVERIES) for bellpull, make in loads] for _ in range(ROUNDS)]
    return [min(column) for column in zip(*figures)]


def per_delivery(bellpull, make, count):
    """Sends `count` deliveries, and returns the µs of processor time per delivery."""
    deliveries = [make() for _ in range(count)]
    before = bellpull.cpu
    answers = web.deliver(bellpull.port, deliveries)
    after = bellpull.cpu
    if any(answer.status != 200 for answer in answers):
        raise RuntimeError(f"not all answers were 200: {web.outcomes(answers)}\n{bellpull.log_end}")
    return (after - before) / count * 1e6
