"""The pages and the metrics with 1,000 sites and a million deployments.

The requests go straight to the FastCGI socket, one after the other: 200 of each kind after 10 that fill caches. The first page of
a new process finds no cache. A page may take 50 ms, the metrics 5 ms. Needs 1 GB in TMPDIR.
"""

import shutil
import socket
import sqlite3
import statistics
import subprocess
import time

import fastcgi

SITES, ROWS, COUNT = 1000, 1_000_000, 200
KINDS = {
    "metrics": ("metrics", "", ""), "list of sites": ("pages", "/", ""), "last page of sites": ("pages", "/", "page=10"),
    "site": ("pages", "/site/site-0500", ""), "old page of a site": ("pages", "/site/site-0500", "before=10000"),
    "history": ("pages", "/history", ""), "old history": ("pages", "/history", "before=500000"),
    "deployment": ("pages", f"/deployment/{ROWS // 2}", ""), "badge": ("public", "/badge/site-0500.svg", ""),
    "feed": ("public", "/feed.atom", ""),
}
#: Milliseconds.
LIMITS = {"metrics": 5}


def run(bench, folder):
    pages = Pages(bench, folder)
    pages.make_sites()
    (folder / "state").mkdir(mode=0o700)
    # The first start makes the ledger.
    bench.processes.stop(pages.start())
    pages.fill()
    process = pages.start()
    report = bench.report
    report.note(f"{SITES:,} sites, {ROWS:,} deployments")
    first = pages.ask([("BELLPULL_ENDPOINT", "pages"), ("REQUEST_METHOD", "GET"), ("PATH_INFO", "/")])[1]
    times, sizes = {"the first page of a new process": [first]}, {}
    for kind in KINDS:
        times[kind], sizes[kind] = pages.measure(kind)
    # After two seconds the latest deployments are read again.
    times["list of sites, read again"], _ = pages.measure("list of sites", 10, 2.1)
    report.figure("time", "ms", times)
    report.figure("size", "KiB", sizes)
    report.figure("resident", "MB", {"Bellpull": [process.memory()["resident"]]})
    for kind, values in times.items():
        if kind != "the first page of a new process":
            report.bar(f"page: {kind}", LIMITS.get(kind, 50), statistics.median(values), "ms")


class Pages:
    def __init__(self, bench, folder):
        self.bench, self.folder = bench, folder
        self.environment = bench.environment | {
            "BELLPULL_CONFIG": str(folder / "etc/bellpull.toml"), "STATE_DIRECTORY": str(folder / "state")}

    def make_sites(self):
        """Makes the sites: clones with one commit, with hard links to the files of the first clone."""
        template = self.folder / "template"
        for command in (["init", "--quiet", "--initial-branch=main", str(template)],
                        ["-C", str(template), "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet",
                         "--allow-empty", "--message", "first"],
                        ["-C", str(template), "remote", "add", "origin", "https://git.example.org/alice/site.git"]):
            subprocess.run(["git", *command], check=True, env=self.environment)
        shutil.rmtree(template / ".git/hooks", ignore_errors=True)
        (self.folder / "etc/sites").mkdir(parents=True)
        (self.folder / "etc/secret").write_text("a secret for the bench")
        (self.folder / "etc/secret").chmod(0o600)
        (self.folder / "etc/bellpull.toml").write_text(f'secret_file = "{self.folder}/etc/secret"\ncatch_up = "0"\n')
        for number in range(SITES):
            name = f"site-{number:04}"
            subprocess.run(["cp", "-al", template, self.folder / name], check=True)
            (self.folder / f"etc/sites/{name}.toml").write_text(
                f'repository = "alice/{name}"\nbranch = "main"\npath = "{self.folder}/{name}"\n')

    def fill(self):
        database = sqlite3.connect(self.folder / "state/ledger.sqlite")
        database.execute("PRAGMA synchronous = OFF")
        database.executemany(
            'INSERT INTO deployment (host, site, "order", cause, state, target_ref, target_commit, "commit", queued, started,'
            " ended, duration, failure, output) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    def start(self):
        log = self.folder / "bellpull.log"
        log.write_bytes(b"")
        process = self.bench.processes.start(
            "bellpull", [self.bench.program, "serve", "--socket", self.folder / "hook.sock", "--pages-socket",
                         self.folder / "pages.sock"], log, env=self.environment)
        process.await_(lambda: b" serving sites=" in log.read_bytes(), 60)
        return process

    def ask(self, params):
        """Returns the reply and the time that it took, in milliseconds."""
        pairs = b"".join(fastcgi.pair(name.encode(), value.encode()) for name, value in params)
        request = (fastcgi.record(fastcgi.BEGIN, fastcgi.BEGINNING) + fastcgi.stream(fastcgi.PARAMS, pairs)
                   + fastcgi.stream(fastcgi.STDIN, b""))
        begun = time.perf_counter()
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(self.folder / "pages.sock"))
            peer.sendall(request)
            received = bytearray()
            while piece := peer.recv(1 << 20):
                received += piece
        return fastcgi.output(bytes(received)), (time.perf_counter() - begun) * 1000

    def measure(self, kind, count=COUNT, pause=0):
        """Returns the milliseconds of each reply, and the size of the last one in KiB."""
        endpoint, path, query = KINDS[kind]
        times, reply = [], b""
        for number in range(count + 10):
            time.sleep(pause)
            reply, took = self.ask([
                ("BELLPULL_ENDPOINT", endpoint), ("REQUEST_METHOD", "GET"), ("PATH_INFO", path), ("QUERY_STRING", query)])
            assert reply.startswith(b"Status: 200 "), reply[:500]
            if number >= 10:
                times.append(took)
        return times, [len(reply) / 1024]


def rows():
    now = int(time.time() * 1000)
    for number in range(ROWS):
        site, queued = number * 7919 % SITES, now - (ROWS - number) * 1000
        is_failed = site % 50 == 0 and number > ROWS - SITES
        yield ("localhost", f"site-{site:04}", "follow", "push", "failed" if is_failed else "deployed", "refs/heads/main",
               f"{number + 1:040x}", None if is_failed else f"{number + 1:040x}", queued, queued, queued + 900, 900,
               "build failed with exit status 2: no such file" if is_failed else None, "line of output\n" * 20)
