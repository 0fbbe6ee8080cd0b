"""A delivery that is on the disk before the answer, compared with a bare `fdatasync` of the same size on the same disk.

The site's remote hangs, so that every push is stored in the ledger, queued, and answered 202 at once. First one delivery at a time,
in alternation with a write of as many bytes as the ledger's log grew by, and with a delivery for another branch, which takes the
same way and is not stored; then with pauses; then 64 connections, which share an fdatasync (group commit).
"""

import os
import time

import clones
import delivery
import load
import servers
import web
from processes import expect

CONNECTIONS = 64
BARE, UNSTORED, APART = "write, fdatasync", "Bellpull, for another branch", "Bellpull, 10 ms apart"
#: SQLite writes its log again from the start after 1,000 pages of 4 KiB.
LOG = 4_000_000


def run(bench, folder):
    alone, crowd = bench.pick(1000, 200), bench.pick(10_000, 3_000)
    site = _held_site(bench, folder)
    text = f'repository = "bench/site"\nbranch = "main"\npath = "{site}"\n'
    process, port = servers.start_bellpull(
        bench, folder, {"site": text}, 'waiting_replies = 0\ntimeout = "1h"\ndrain = "1s"\n')
    number = 0

    def pushes(count):
        nonlocal number
        number += count
        return [delivery.Delivery(delivery.push("bench/site", "main", f"{each:040x}", f"{each + 1:040x}"))
                for each in range(number - count + 1, number + 1)]

    client = web.Client(port)

    def deliver(push, expected="202 queued"):
        answer = client.send(push)
        expect(f"{answer.status} {answer.outcome}" == expected, f"a push was answered {answer.status} {answer.outcome}")
        return answer.seconds * 1000

    for push in pushes(20):
        deliver(push)
    size = _size(folder, [lambda push=push: deliver(push) for push in pushes(20)])
    # A log that still grows costs the file system more.
    for push in pushes(round(1.2 * LOG / size)):
        deliver(push)
    disk = Disk(folder / "bare", size)
    bare, ours, unstored = [], [], []
    for push in pushes(alone):
        bare.append(disk.write())
        ours.append(deliver(push))
        unstored.append(deliver(delivery.Delivery(delivery.pushed), "200 ignored"))
    apart = []
    for push in pushes(alone // 5):
        time.sleep(0.01)
        apart.append(deliver(push))
    rates, used = [], []
    for _ in range(bench.pick(5, 3)):
        requests = [push.request for push in pushes(crowd)]
        before = process.cpu
        rates.append(load.wrk_all(bench, port, CONNECTIONS, requests))
        used.append((process.cpu - before) / crowd * 1e6)
    after = [disk.write() for _ in range(alone // 5)]

    report = bench.report
    report.note(f"{alone} deliveries one at a time; {size:,.0f} bytes of the ledger's log per delivery")
    times = {BARE: bare, servers.BELLPULL: ours, APART: apart, UNSTORED: unstored, f"{BARE}, at the end": after}
    report.figure("one at a time", "ms", times, BARE)
    per_second = 1000 / report.median("one at a time", BARE)
    report.figure(f"per second, {CONNECTIONS} connections", "", {"1 ÷ fdatasync": [per_second], servers.BELLPULL: rates},
                  "1 ÷ fdatasync")
    report.figure(f"CPU per delivery, {CONNECTIONS} connections", "µs", {servers.BELLPULL: used})
    report.bar("durable answer above one fdatasync", 0.4,
               report.median("one at a time", servers.BELLPULL) - report.median("one at a time", BARE), "ms")
    report.bar("durable per second with 64 connections, × 1 ÷ fdatasync", 10,
               report.ratio(f"per second, {CONNECTIONS} connections", servers.BELLPULL, "1 ÷ fdatasync"), is_floor=True)


def _held_site(bench, folder):
    """Returns a clone whose remote hangs, so that its first deployment runs until the end."""
    repository = clones.Repository(bench, folder, ["site"], pages=1)
    site = repository.clones["site"]
    clones.hang(repository.git, site, "bench/site", folder / "ssh")
    return site


def _size(folder, deliveries):
    """Returns the bytes that each delivery adds to the log of the ledger."""
    log = folder / "state/ledger.sqlite-wal"
    before = log.stat().st_size
    for deliver in deliveries:
        deliver()
    size = (log.stat().st_size - before) / len(deliveries)
    expect(size > 0, "the ledger's log did not grow")
    return size


class Disk:
    """A file that is written like the log of a ledger: again from the start when it is full."""

    def __init__(self, path, size):
        self._data, self._position = os.urandom(round(size)), 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(self._file, bytes(LOG), 0)
        os.fsync(self._file)

    def write(self):
        """Returns the milliseconds of a write and an fdatasync."""
        if self._position + len(self._data) > LOG:
            self._position = 0
        start = time.perf_counter()
        os.pwrite(self._file, self._data, self._position)
        os.fdatasync(self._file)
        self._position += len(self._data)
        return (time.perf_counter() - start) * 1000
