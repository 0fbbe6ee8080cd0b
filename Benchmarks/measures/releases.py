"""A push of 10 files in a tree of 10,000 files and 200 MB until it is a release, and rollbacks.

Compared with a bare `git pull --rebase` that syncs what Bellpull syncs, and with a script that does what Capistrano does
(peers/capistrano.sh). `built` is a site whose build does nothing, so that no release shares a file with another one. Needs 6 GB in
TMPDIR; with TMPDIR=/dev/shm syncing costs nothing. --quick has a tree of 1,000 files.
"""

import os
import random
import re
import subprocess
import time

import delivery
import servers
from measures.deploy import DURABLE
from processes import expect

SIZE, CHANGED = 20_000, 10
BARE = "git pull --rebase"
SCRIPT = servers.PEERS / "capistrano.sh"
chance = random.Random(1)


def run(bench, folder):
    pushes, rollbacks = bench.pick(40, 5), bench.pick(20, 4)
    tree = Tree(bench, folder, files=bench.pick(10_000, 1_000))
    release = f'strategy = "release"\nremote = "{tree.remote}"\n'
    files = {"pulled": "", "released": release, "built": release + 'build = "true"\n'}
    texts = {name: f'repository = "bench/{name}"\nbranch = "main"\npath = "{folder}/{name}"\n{keys}'
             for name, keys in files.items()}
    _, port = servers.start_bellpull(bench, folder, texts, 'answer_within = "50s"\n')
    bench.report.note(f"{CHANGED} of {tree.files:,} files, {pushes} pushes")
    deployments(bench, tree, port, pushes)
    syncing(bench, tree, bench.pick(10, 2))
    rolling_back(bench, tree, rollbacks)
    swaps(bench, tree, rollbacks // 2)


class Tree:
    """A remote with many large files, its author, and clones."""

    def __init__(self, bench, folder, files):
        self.bench, self.folder, self.files = bench, folder, files
        self.remote, self.author, self.plain, self.script = (
            folder / name for name in ("remote.git", "author", "plain", "script"))
        self.capistrano = folder / "capistrano.sh"
        self.capistrano.write_bytes(SCRIPT.read_bytes())
        self.capistrano.chmod(0o755)
        self._number = 0
        self.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", self.remote)
        importer = subprocess.Popen(["git", "-C", self.remote, "fast-import", "--quiet"], stdin=subprocess.PIPE)
        for part in self._history():
            importer.stdin.write(part)
        importer.stdin.close()
        expect(importer.wait() == 0, "git fast-import failed")
        for clone in (self.author, self.plain, folder / "pulled"):
            self.git(folder, "clone", "--quiet", self.remote, clone)
        for name in ("released", "built"):
            (folder / name).mkdir()

    def git(self, clone, *arguments):
        return self.bench.processes.output("git", "-C", clone, *arguments)

    def bellpull(self, *arguments):
        return [self.bench.program, *arguments, "--config", self.folder / "bellpull.toml"]

    def live(self, site="released"):
        return os.readlink(self.folder / site / "current")

    def _history(self):
        """Yields the first commit for git-fast-import(1). The contents cannot be compressed."""
        yield b"commit refs/heads/main\ncommitter Alice <alice@example.org> 1700000000 +0000\ndata 5\nfiles\n"
        for number in range(self.files):
            yield f"M 100644 inline {_name(number)}\ndata {SIZE}\n".encode() + chance.randbytes(SIZE) + b"\n"

    def push(self):
        """Commits and pushes changed files from different folders, and returns the commit."""
        self._number += 1
        for changed in range(CHANGED):
            (self.author / _name((self._number * CHANGED + changed * 1009) % self.files)).write_bytes(chance.randbytes(SIZE))
        self.git(self.author, "commit", "--quiet", "--all", "--message", f"Edition {self._number}")
        self.git(self.author, "push", "--quiet")
        return self.git(self.author, "rev-parse", "HEAD")


def _name(number):
    return f"{number // 100}/{number % 100}.bin"


def deployments(bench, tree, port, pushes):
    connection = delivery.connect(port)

    def head(clone):
        return tree.git(clone, "rev-parse", "HEAD")

    def pull(_):
        tree.git(tree.plain, "-c", DURABLE, "pull", "--quiet", "--rebase")

    def run_script(_):
        bench.processes.output(tree.capistrano, tree.remote, tree.script)

    def through_service(site):
        def deploy(commit):
            body = delivery.push(f"bench/{site}", "main", commit, "0" * 40)
            outcome = delivery.deliver(connection, body, delivery.headers(body))
            expect(outcome == "200 deployed", f"a push to {site} was answered {outcome}")
        return deploy

    ways = {
        BARE: (pull, lambda commit: head(tree.plain) == commit),
        "pull site": (through_service("pulled"), lambda commit: head(tree.folder / "pulled") == commit),
        "release": (through_service("released"), lambda commit: tree.live().endswith(commit[:7])),
        "release with a build": (through_service("built"), lambda commit: tree.live("built").endswith(commit[:7])),
        "like Capistrano": (run_script, lambda commit: (tree.script / "current/REVISION").read_text().strip() == commit),
    }
    figures = {way: [] for way in ways}
    for number in range(-1, pushes):
        commit = tree.push()
        order = list(ways)
        turn = number % len(ways)
        for way in order[turn:] + order[:turn]:
            deploy, is_live = ways[way]
            # What others have written is on the disk before.
            bench.processes.output("sync", "-f", tree.folder)
            start = time.perf_counter()
            deploy(commit)
            elapsed = (time.perf_counter() - start) * 1000
            expect(is_live(commit), f"{way} did not deploy push {number}")
            # The first release has no release before it.
            if number >= 0:
                figures[way].append(elapsed)
            # Bellpull removes old releases after its answer.
            time.sleep(0.3)
    bench.report.figure("until live", "ms", figures, BARE)


def syncing(bench, tree, count):
    """Measures the syncing of deployments, which run as commands."""
    values = {"syncfs(2) of the release": [], "fsync(2) of git and of the ledger": []}
    for _ in range(count):
        tree.push()
        calls = traced(bench, tree, "deploy", "released")
        values["syncfs(2) of the release"].append(sum(spent for call, _, spent in calls if call == "syncfs"))
        values["fsync(2) of git and of the ledger"].append(sum(spent for call, _, spent in calls if call in ("fsync", "fdatasync")))
    bench.report.figure("syncing in a deployment", "ms", values)


def rolling_back(bench, tree, count):
    """Rolls back and unpins, and measures the time from the start of the command until the earlier release is live."""
    starts, live, whole = [], [], []
    for _ in range(count):
        bench.processes.output("sync", "-f", tree.folder)
        start = time.perf_counter()
        bench.processes.output(bench.program, "--version")
        starts.append((time.perf_counter() - start) * 1000)
        before = tree.live()
        start = time.perf_counter()
        process = subprocess.Popen(tree.bellpull("rollback", "released"), env=bench.environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        while tree.live() == before:
            expect(process.poll() is None or tree.live() != before, "bellpull rollback changed nothing")
            time.sleep(0.0001)
        live.append((time.perf_counter() - start) * 1000)
        expect(process.wait() == 0, "bellpull rollback failed")
        whole.append((time.perf_counter() - start) * 1000)
        bench.processes.output(*tree.bellpull("unpin", "released"))
    bench.report.figure("rollback", "ms", {
        "bellpull --version": starts, "bellpull rollback, until live": live, "bellpull rollback, until it exits": whole})


def traced(bench, tree, *arguments):
    """Runs Bellpull, and returns the system calls that replace or sync files, with the milliseconds of each (strace(1))."""
    trace = tree.folder / "trace"
    # With --seccomp-bpf other system calls run at full speed.
    calls = ["--seccomp-bpf", "-e", "trace=symlink,rename,fsync,fdatasync,syncfs"]
    subprocess.run(["strace", "-f", "-T", "-o", trace, *calls, *tree.bellpull(*arguments)], check=True, capture_output=True,
                   env=bench.environment)
    found, begun = [], {}
    for line in trace.read_text().splitlines():
        process, _, line = line.partition(" ")
        # Another thread may come between the beginning and the end of a call.
        if line.endswith("<unfinished ...>"):
            begun[process] = line.removesuffix("<unfinished ...>")
            continue
        line = re.sub(r"^ *<\.\.\. \w+ resumed>", lambda _: begun.pop(process), line)
        if call := re.search(r"(\w+)\((.*)= 0 <([\d.]+)>", line):
            found.append((call[1], call[2], float(call[3]) * 1000))
    return found


def swaps(bench, tree, count):
    swapped, synced = [], []
    for _ in range(count):
        calls = traced(bench, tree, "rollback", "released")
        swap = [spent for call, words, spent in calls if call in ("symlink", "rename") and "/current.new\"" in words]
        expect(len(swap) == 2, f"one swap expected: {calls}")
        swapped.append(sum(swap))
        synced.append(sum(spent for call, _, spent in calls if "sync" in call))
        traced(bench, tree, "unpin", "released")
    bench.report.figure("in a rollback", "ms", {"the swap: symlink(2), rename(2)": swapped, "all syncing": synced})
