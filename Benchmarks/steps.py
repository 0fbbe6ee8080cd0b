"""steps.py FOLDER PORT PID PUSHES: measures what a step adds to the time of its command, and the memory for much output.

FOLDER has the remote's place and the configuration of the responder behind 127.0.0.1:PORT, which is the process PID: the
sites `none` without steps, `one` with one step, `four` with all four, and `loud`, whose build writes as many bytes as the
file `amount` says. Creates the repository. GITHUB_SECRET signs the deliveries.
"""

import pathlib
import statistics
import subprocess
import sys
import time

import delivery
from delivery import expect

FILES = 20
SITES = ("none", "one", "four")
#: The amounts of output in bytes.
LITTLE, MUCH = 4_000_000, 1_000_000_000

folder = pathlib.Path(sys.argv[1])
port, process, pushes = map(int, sys.argv[2:])
remote, author = folder / "remote.git", folder / "author"


def git(clone, *arguments):
    done = subprocess.run(["git", "-C", clone, *arguments], check=True, capture_output=True)
    return done.stdout.decode().strip()


def repository():
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", remote)
    git(folder, "clone", "--quiet", remote, author)
    for key, value in {"name": "Alice", "email": "alice@example.org"}.items():
        git(author, "config", f"user.{key}", value)
    for number in range(FILES):
        (author / f"{number}.html").write_text(f"<p>Page {number}</p>\n")


def push(words, amount=1):
    """Commits and pushes, and returns the commit."""
    (author / "0.html").write_text(f"<p>{words}</p>\n")
    (author / "amount").write_text(f"{amount}\n")
    git(author, "add", ".")
    git(author, "commit", "--quiet", "--allow-empty", "--message", words)
    git(author, "push", "--quiet", "origin", "HEAD:main")
    return git(author, "rev-parse", "HEAD")


def deploy(site, commit):
    """Delivers, and returns the milliseconds until the reply was read."""
    change = {"ref": "refs/heads/main", "after": commit, "head_commit": {"id": commit}, "commits": []}
    full = delivery.template["repository"] | {"full_name": f"bench/{site}"}
    body = delivery.body(delivery.template | change | {"repository": full})
    headers = delivery.headers(body)
    start = time.perf_counter()
    outcome = delivery.deliver(connection, body, headers)
    elapsed = (time.perf_counter() - start) * 1000
    expect(outcome == "200 deployed", f"a push to {site} was answered {outcome}")
    return elapsed


def shell(command):
    """Runs a command as a step would, and returns the milliseconds."""
    start = time.perf_counter()
    subprocess.run(["/bin/sh", "-c", command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def times():
    figures = {name: [] for name in (*SITES, "sh")}
    for number in range(-2, pushes):
        commit = push(f"Edition {number}")
        order = SITES[number % len(SITES):] + SITES[:number % len(SITES)]
        for site in order:
            elapsed = deploy(site, commit)
            # The first deployments make the repositories, and wait for a restart that nobody undertakes.
            if number >= 0:
                figures[site].append(elapsed)
            # Bellpull removes old releases after its answer.
            time.sleep(0.05)
        if number >= 0:
            figures["sh"].append(shell("true"))
    none, one, four, sh = (statistics.median(figures[name]) for name in (*SITES, "sh"))
    print(f"\n{f'steps: {pushes} pushes':<50}{'median, ms':>12}")
    for label, value in {
        "a release without steps": none, "a release with build = \"true\"": one, "a release with four steps": four,
        "sh -c true": sh, "added by a step to its command (at most 15)": one - none - sh,
        "  on average of the four": (four - none) / 4 - sh,
    }.items():
        print(f"{label:<50}{value:>12.2f}")


def memory(key):
    """Returns a line of /proc/PID/status in MB."""
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise KeyError(key)


def output():
    deploy("loud", push("quiet", 1))
    deploy("loud", push("quiet again", LITTLE))
    print(f"\n{'a build with much output':<50}{'4 MB':>12}{'1 GB':>12}")
    rows = {"memory above the idle service, at the peak, MB": [], "seconds": [], "  the command alone": []}
    for amount in (LITTLE, MUCH):
        commit = push(f"{amount} bytes", amount)
        # Resets the peak.
        pathlib.Path(f"/proc/{process}/clear_refs").write_text("5")
        idle = memory("VmHWM")
        rows["seconds"].append(deploy("loud", commit) / 1000)
        rows["memory above the idle service, at the peak, MB"].append(memory("VmHWM") - idle)
        rows["  the command alone"].append(shell(f"head -c {amount} /dev/zero | tr '\\0' x | cat") / 1000)
    for label, values in rows.items():
        print(f"{label:<50}" + "".join(f"{value:>12.2f}" for value in values))


repository()
connection = delivery.connect(port)
times()
output()
