"""pages.py FOLDER PROGRAM: measures the pages and the metrics of PROGRAM with 1,000 sites and a million deployments.

The requests go straight to the FastCGI socket, one after the other: 200 of each kind after 10 that fill caches. The first page of
a new process finds no cache. Exits with 1 if a median is over its limit. FOLDER takes the sites and the ledger.
"""

import pathlib
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parents[1] / "Tests/Soak"))

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

folder, program = pathlib.Path(sys.argv[1]), sys.argv[2]
environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "BELLPULL_CONFIG": str(folder / "etc/bellpull.toml"),
               "STATE_DIRECTORY": str(folder / "state"), "GIT_CONFIG_NOSYSTEM": "1"}


def make_sites():
    """Makes the sites: clones with one commit, with hard links to the files of the first clone."""
    template = folder / "template"
    for command in (["init", "--quiet", "--initial-branch=main", str(template)],
                    ["-C", str(template), "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet",
                     "--allow-empty", "--message", "first"],
                    ["-C", str(template), "remote", "add", "origin", "https://git.example.org/alice/site.git"]):
        subprocess.run(["git", *command], check=True, env=environment)
    shutil.rmtree(template / ".git/hooks", ignore_errors=True)
    (folder / "etc/sites").mkdir(parents=True)
    (folder / "etc/secret").write_text("a secret for the bench")
    (folder / "etc/secret").chmod(0o600)
    (folder / "etc/bellpull.toml").write_text(f'secret_file = "{folder}/etc/secret"\ncatch_up = "0"\n')
    for number in range(SITES):
        name = f"site-{number:04}"
        subprocess.run(["cp", "-al", template, folder / name], check=True)
        (folder / f"etc/sites/{name}.toml").write_text(
            f'repository = "alice/{name}"\nbranch = "main"\npath = "{folder}/{name}"\n')


def rows():
    now = int(time.time() * 1000)
    for number in range(ROWS):
        site, queued = number * 7919 % SITES, now - (ROWS - number) * 1000
        is_failed = site % 50 == 0 and number > ROWS - SITES
        yield ("localhost", f"site-{site:04}", "follow", "push", "failed" if is_failed else "deployed", "refs/heads/main",
               f"{number + 1:040x}", None if is_failed else f"{number + 1:040x}", queued, queued, queued + 900, 900,
               "build failed with exit status 2: no such file" if is_failed else None, "line of output\n" * 20)


def fill():
    database = sqlite3.connect(folder / "state/ledger.sqlite")
    database.execute("PRAGMA synchronous = OFF")
    database.executemany(
        'INSERT INTO deployment (host, site, "order", cause, state, target_ref, target_commit, "commit", queued, started,'
        " ended, duration, failure, output) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


class Service:
    def __enter__(self):
        self.log = open(folder / "bellpull.log", "wb")
        self.process = subprocess.Popen(
            [program, "serve", "--socket", folder / "hook.sock", "--pages-socket", folder / "pages.sock"],
            env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        while b" serving sites=" not in (folder / "bellpull.log").read_bytes():
            assert self.process.poll() is None, (folder / "bellpull.log").read_text()
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def ask(path, params):
    """Returns the reply and the time that it took, in milliseconds."""
    pairs = b"".join(fastcgi._pair(name.encode(), value.encode()) for name, value in params)
    request = (fastcgi.record(fastcgi.BEGIN, fastcgi.BEGINNING) + fastcgi._stream(fastcgi.PARAMS, pairs)
               + fastcgi._stream(fastcgi.STDIN, b""))
    begun = time.perf_counter()
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(path))
        peer.sendall(request)
        received = bytearray()
        while piece := peer.recv(1 << 20):
            received += piece
    return fastcgi.output(bytes(received)), (time.perf_counter() - begun) * 1000


def measure(kind):
    endpoint, path, query = KINDS[kind]
    times, size = [], 0
    for number in range(COUNT + 10):
        reply, took = ask(folder / "pages.sock", [
            ("BELLPULL_ENDPOINT", endpoint), ("REQUEST_METHOD", "GET"), ("PATH_INFO", path), ("QUERY_STRING", query)])
        assert reply.startswith(b"Status: 200 "), reply[:500]
        size = len(reply)
        if number >= 10:
            times.append(took)
    times.sort()
    return statistics.median(times), times[len(times) * 99 // 100], size


make_sites()
(folder / "state").mkdir(mode=0o700)
with Service():
    pass  # makes the ledger
fill()
with Service() as service:
    first = ask(folder / "pages.sock", [("BELLPULL_ENDPOINT", "pages"), ("REQUEST_METHOD", "GET"), ("PATH_INFO", "/")])[1]
    print(f"{SITES} sites, {ROWS} deployments; the first page of a new process takes {first:.1f} ms")
    print(f"{'':20}{'median':>10}{'99 %':>10}{'size':>12}")
    is_slow = False
    for kind in KINDS:
        median, slowest, size = measure(kind)
        is_slow = is_slow or median > LIMITS.get(kind, 50)
        print(f"{kind:20}{median:7.2f} ms{slowest:7.2f} ms{size / 1024:8.1f} KiB")
    memory = next(line for line in open(f"/proc/{service.process.pid}/status") if line.startswith("VmRSS"))
    print("memory:", memory.split(maxsplit=1)[1].strip())
sys.exit(1 if is_slow else 0)
