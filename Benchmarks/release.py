"""release.py FOLDER PORT PUSHES: measures how long a push of 10 files takes to become a release, in a tree of 10,000 files
and 200 MB, compared with a bare `git pull --rebase` and with a script that does what Capistrano does.

FOLDER has the configuration of the responder behind 127.0.0.1:PORT: the site `released` with the strategy `release`, the
site `built` with the same strategy and a build that does nothing, so that no release shares a file with another one, and
the site `pulled` with the strategy `pull`. Creates the repositories. GITHUB_SECRET signs the deliveries.
"""

import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import time

import delivery
from delivery import expect

FILES, SIZE, CHANGED = 10_000, 20_000, 10
#: How many rollbacks, and how many deployments under strace(1).
ROLLBACKS, SYNCED = 20, 10

folder = pathlib.Path(sys.argv[1])
port, pushes = map(int, sys.argv[2:])
remote, author, plain, script = (folder / name for name in ("remote.git", "author", "plain", "script"))
released, built, pulled = folder / "released", folder / "built", folder / "pulled"
chance = random.Random(1)
#: What Bellpull syncs to the disk. A pull that syncs less is faster, and a power failure may damage its repository.
DURABLE = "core.fsync=committed,pack-metadata,reference,index"


def git(clone, *arguments, **options):
    done = subprocess.run(["git", "-C", clone, *arguments], check=True, capture_output=True, **options)
    return done.stdout.decode().strip()


def name(number):
    return f"{number // 100}/{number % 100}.bin"


def history():
    """Yields the first commit for git-fast-import(1). The contents cannot be compressed."""
    yield b"commit refs/heads/main\ncommitter Alice <alice@example.org> 1700000000 +0000\ndata 5\nfiles\n"
    for number in range(FILES):
        yield f"M 100644 inline {name(number)}\ndata {SIZE}\n".encode() + chance.randbytes(SIZE) + b"\n"


def repositories():
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", remote)
    importer = subprocess.Popen(["git", "-C", remote, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    for part in history():
        importer.stdin.write(part)
    importer.stdin.close()
    expect(importer.wait() == 0, "git fast-import failed")
    for clone in (author, plain, pulled):
        git(folder, "clone", "--quiet", remote, clone)
    for key, value in {"name": "Alice", "email": "alice@example.org"}.items():
        git(author, "config", f"user.{key}", value)
    released.mkdir()
    built.mkdir()


def push(number):
    """Commits and pushes changed files, and returns the commit."""
    for changed in range(CHANGED):
        # From ten different folders.
        (author / name((number * CHANGED + changed * 1009) % FILES)).write_bytes(chance.randbytes(SIZE))
    git(author, "commit", "--quiet", "--all", "--message", f"Edition {number}")
    git(author, "push", "--quiet")
    return git(author, "rev-parse", "HEAD")


def timed(body):
    """Returns the milliseconds that `body` takes. What others have written is on the disk before."""
    os.sync()
    start = time.perf_counter()
    body()
    return (time.perf_counter() - start) * 1000


def pull(commit):
    subprocess.run(["git", "-c", DURABLE, "pull", "--quiet", "--rebase"], cwd=plain, check=True, capture_output=True)
    return lambda: git(plain, "rev-parse", "HEAD") == commit


def run_script(commit):
    program = pathlib.Path(__file__).with_name("deploy-script")
    subprocess.run([program, remote, script], check=True, capture_output=True)
    return lambda: (script / "current/REVISION").read_text().strip() == commit


def through_service(site, connection):
    def deploy(commit):
        change = {"ref": "refs/heads/main", "after": commit, "head_commit": {"id": commit}, "commits": []}
        repository = delivery.template["repository"] | {"full_name": f"bench/{site}"}
        body = delivery.body(delivery.template | change | {"repository": repository})
        start = time.perf_counter()
        outcome = delivery.deliver(connection, body, delivery.headers(body))
        seconds = time.perf_counter() - start
        expect(outcome == "200 deployed", f"a push to {site} was answered {outcome} after {seconds:.1f} s")
        if site in ("released", "built"):
            return lambda: os.readlink(folder / site / "current").endswith(commit[:7])
        return lambda: git(pulled, "rev-parse", "HEAD") == commit

    return deploy


def deployments():
    connection = delivery.connect(port)
    ways = {"bare pull": pull, "pull site": through_service("pulled", connection),
            "release": through_service("released", connection), "built": through_service("built", connection),
            "script": run_script}
    figures = {way: [] for way in ways}
    for number in range(-1, pushes):
        commit = push(number)
        order = list(ways)
        order = order[number % len(ways):] + order[:number % len(ways)]
        for way in order:
            checks = []
            elapsed = timed(lambda: checks.append(ways[way](commit)))
            expect(checks[0](), f"{way} did not deploy push {number}")
            # The first release has no release before it.
            if number >= 0:
                figures[way].append(elapsed)
            # Bellpull removes old releases after its answer.
            time.sleep(0.3)
    print(f"\n{f'{CHANGED} of {FILES:,} files: {pushes} pushes':<34}" + "".join(f"{way:>12}" for way in ways))
    for label, figure in (("median, ms", statistics.median), ("90th percentile, ms", ninetieth), ("least, ms", min)):
        values = [figure(figures[way]) for way in ways]
        print(f"{label:<34}" + "".join(f"{value:>12.2f}" for value in values))
        print(f"{'  as a multiple of the bare pull':<34}" + "".join(f"{value / values[0]:>12.2f}" for value in values))


def ninetieth(figures):
    return sorted(figures)[int(0.9 * (len(figures) - 1))]


def command(*arguments):
    return [os.environ["BELLPULL"], *arguments, "--config", folder / "bellpull.toml"]


def seconds_until(fact, process):
    start = time.perf_counter()
    while not fact():
        expect(process.poll() is None or fact(), "the site did not change")
        time.sleep(0.0001)
    return time.perf_counter() - start


def rollbacks():
    """Rolls back and unpins, and measures the time from the start of the command until the earlier release is live."""
    starts, live, whole = [], [], []
    for _ in range(ROLLBACKS):
        os.sync()
        start = time.perf_counter()
        subprocess.run([os.environ["BELLPULL"], "--version"], check=True, capture_output=True)
        starts.append((time.perf_counter() - start) * 1000)
        before = os.readlink(released / "current")
        start = time.perf_counter()
        process = subprocess.Popen(command("rollback", "released"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds_until(lambda: os.readlink(released / "current") != before, process)
        live.append((time.perf_counter() - start) * 1000)
        expect(process.wait() == 0, "bellpull rollback failed")
        whole.append((time.perf_counter() - start) * 1000)
        subprocess.run(command("unpin", "released"), check=True, capture_output=True)
    started, until_live = statistics.median(starts), statistics.median(live)
    print(f"\n{f'{ROLLBACKS} rollbacks':<34}{'median, ms':>12}")
    print(f"{'bellpull --version':<34}{started:>12.2f}")
    print(f"{'bellpull rollback, until live':<34}{until_live:>12.2f}")
    print(f"{'  without the start of a process':<34}{until_live - started:>12.2f}")
    print(f"{'  until the command exits':<34}{statistics.median(whole):>12.2f}")


def traced(*arguments):
    """Runs Bellpull, and returns the system calls that replace or sync files, with the milliseconds of each (strace(1))."""
    trace = folder / "trace"
    # With --seccomp-bpf other system calls run at full speed.
    calls = ["--seccomp-bpf", "-e", "trace=symlink,rename,fsync,fdatasync,syncfs"]
    subprocess.run(["strace", "-f", "-T", "-o", trace, *calls, *command(*arguments)], check=True, capture_output=True)
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


def swaps():
    swapped, synced = [], []
    for _ in range(ROLLBACKS // 2):
        calls = traced("rollback", "released")
        swap = [spent for call, words, spent in calls if call in ("symlink", "rename") and "/current.new\"" in words]
        expect(len(swap) == 2, f"one swap expected: {calls}")
        swapped.append(sum(swap))
        synced.append(sum(spent for call, _, spent in calls if "sync" in call))
        traced("unpin", "released")
    print(f"{'the swap: symlink(2), rename(2)':<34}{statistics.median(swapped):>12.3f}")
    print(f"{'all syncing of a rollback':<34}{statistics.median(synced):>12.2f}")


def syncing():
    """Measures the syncing of deployments, which run as commands."""
    whole, others = [], []
    for number in range(SYNCED):
        push(pushes + number)
        os.sync()
        calls = traced("deploy", "released")
        whole.append(sum(spent for call, _, spent in calls if call == "syncfs"))
        others.append(sum(spent for call, _, spent in calls if call in ("fsync", "fdatasync")))
    print(f"\n{f'syncing in {SYNCED} deployments':<34}{'median, ms':>12}")
    print(f"{'syncfs(2) of the release':<34}{statistics.median(whole):>12.2f}")
    print(f"{'fsync(2) of git and of the ledger':<34}{statistics.median(others):>12.2f}")


repositories()
deployments()
syncing()
rollbacks()
swaps()
