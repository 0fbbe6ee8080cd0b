"""Memory: idle, after many requests, and at the peak.

`resident` is all that is in memory. `private` is what only this server has written (Private_Dirty): pages of programs and libraries
are shared with others or can be dropped. Bellpull gets a million requests (20,000 with --quick), the others get 10 s of requests.
"""

import time

import clones
import load
import servers

CONNECTIONS = 16


def run(bench, folder):
    requests, seconds = bench.pick(1_000_000, 20_000), bench.pick(10, 2)
    repository = clones.Repository(bench, folder, servers.RESIDENT)
    backends = servers.start(bench, folder, repository.clones)
    time.sleep(2)
    idle = {name: backend.process.memory() for name, backend in backends.items()}
    sent, after, peak = {}, {}, {}
    for name, backend in backends.items():
        backend.process.reset_peak()
        sent[name] = 0
        while sent[name] < (requests if name == servers.BELLPULL else 1):
            sent[name] += load.push(bench, backend, seconds, CONNECTIONS).requests
        after[name], peak[name] = backend.process.memory(), backend.process.peak()
    report = bench.report
    report.note("requests: " + ", ".join(f"{name} {count:,}" for name, count in sent.items()))
    for kind in ("resident", "private"):
        report.figure(f"{kind}, idle", "MB", {name: [value[kind]] for name, value in idle.items()}, servers.BARE)
        report.figure(f"{kind}, after the requests", "MB", {name: [value[kind]] for name, value in after.items()}, servers.BARE)
    report.figure("resident, at the peak", "MB", {name: [value] for name, value in peak.items()}, servers.BARE)
    report.bar("private memory, idle", 3, idle[servers.BELLPULL]["private"], "MB")
    words = "a million" if requests == 1_000_000 else f"{requests:,}"
    report.bar(f"private memory after {words} requests", 5, after[servers.BELLPULL]["private"], "MB")
