"""A signed push of 7 KB to a branch that no site follows.

Measures the processor time of the server's processes per request, the rate, and how long an answer takes with 16 connections
(p50, p99). Servers take turns in each round, and the bare C responder is measured again at the end: the ratio of its last figures
to its first ones is the drift of the machine.
"""

import clones
import load
import servers

CONNECTIONS = 16


def run(bench, folder):
    rounds, seconds = bench.pick(20, 2), 1
    repository = clones.Repository(bench, folder, servers.KINDS)
    backends = servers.start(bench, folder, repository.clones)
    figures = {name: [] for name in backends}
    for backend in backends.values():
        load.warm_up(bench, backend)
    for _ in range(rounds):
        for name, backend in backends.items():
            figures[name].append(_round(bench, backend, seconds))
    bare = backends[servers.BARE]
    again = [_round(bench, bare, seconds) for _ in range(rounds)]

    report = bench.report
    report.note(f"{rounds} rounds of {seconds} s, {CONNECTIONS} connections")
    for position, (name, unit) in enumerate((
            ("CPU per request", "µs"), ("requests per second", ""), ("p50", "ms"), ("p99", "ms"))):
        values = {subject: [figure[position] for figure in measured] for subject, measured in figures.items()}
        values[f"{servers.BARE}, at the end"] = [figure[position] for figure in again]
        report.figure(name, unit, values, servers.BARE)
    report.bar("CPU per signed push, × C", 1.20, report.ratio("CPU per request", servers.BELLPULL, servers.BARE))
    report.bar("p99 above the C responder's", 0.2,
               report.median("p99", servers.BELLPULL) - report.median("p99", servers.BARE), "ms")


def _round(bench, backend, seconds):
    before = backend.cpu
    measured = load.push(bench, backend, seconds, CONNECTIONS)
    used = backend.cpu - before
    return used / measured.requests * 1e6, measured.requests / measured.seconds, measured.p50, measured.p99
