"""deploy.py FOLDER PORT PUSHES CHANGED: measures how long a push of CHANGED files takes to deploy, compared with a bare
`git pull --rebase`.

FOLDER has three clones of one remote: `author` pushes, `site` is deployed by the responder behind 127.0.0.1:PORT, and
`plain` is pulled by this program. GITHUB_SECRET signs the deliveries.
"""

import collections
import pathlib
import statistics
import subprocess
import sys
import threading
import time
import uuid

import delivery
from delivery import expect

CROWD = 100

folder = pathlib.Path(sys.argv[1])
port, pushes, changed = map(int, sys.argv[2:])


def git(clone, *arguments):
    command = ["git", "-C", folder / clone, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def head(clone):
    return git(clone, "rev-parse", "HEAD")


#: The files of the site, those of different folders side by side.
pages = sorted((folder / "author").glob("*/*.html"), key=lambda page: (page.name, page.parent.name))


def push(number):
    """Commits and pushes changed pages. Returns the body that GitHub would send."""
    before = head("author")
    first = number * changed % len(pages)
    edited = (pages * 2)[first:first + changed]
    for page in edited:
        page.write_text(f"<p>Edition {number}, {uuid.uuid4()}</p>\n")
    git("author", "commit", "--quiet", "--all", "--message", f"Edition {number}")
    git("author", "push", "--quiet")
    after = head("author")
    names = [str(page.relative_to(folder / "author")) for page in edited]
    commit = delivery.template["head_commit"] | {"id": after, "modified": names, "added": []}
    news = {"ref": "refs/heads/main", "before": before, "after": after, "head_commit": commit, "commits": [commit]}
    return delivery.body(delivery.template | news)


def deliver(connection, body, headers):
    """Delivers. Returns the status and outcome, and the milliseconds until the reply was read."""
    start = time.perf_counter()
    outcome = delivery.deliver(connection, body, headers)
    return outcome, (time.perf_counter() - start) * 1000


#: What Bellpull syncs to the disk. A pull that syncs less is faster, and a power failure may damage its repository.
DURABLE = "core.fsync=committed,pack-metadata,reference,index"


def pull():
    """Pulls, and returns the milliseconds."""
    start = time.perf_counter()
    subprocess.run(["git", "-c", DURABLE, "pull", "--rebase"], cwd=folder / "plain", check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def one_after_the_other():
    pulled, delivered, connection = [], [], delivery.connect(port)
    for number in range(pushes):
        body = push(number)
        signed = delivery.headers(body)
        if number % 2:
            pulled.append(pull())
        outcome, elapsed = deliver(connection, body, signed)
        delivered.append(elapsed)
        if not number % 2:
            pulled.append(pull())
        expect(outcome == "200 deployed", f"push {number} was answered {outcome}")
        expect(head("site") == head("plain") == head("author"), f"push {number} is not in all three clones")

    print(f"\n{f'deploy: {pushes} pushes':<34}{'bare pull':>12}{'Bellpull':>12}{'ratio':>8}")
    for label, figure in [("median, ms", statistics.median), ("90th percentile, ms", ninetieth)]:
        bare, ours = figure(pulled), figure(delivered)
        print(f"{label:<34}{bare:>12.2f}{ours:>12.2f}{ours / bare:>8.2f}")


def ninetieth(figures):
    return sorted(figures)[int(0.9 * (len(figures) - 1))]


def all_at_once():
    """Sends many deliveries of one push at once. git itself counts the fetches from the remote."""
    asked = folder / "asked"
    asked.touch()
    git("site", "config", "remote.origin.uploadpack", f"echo >>'{asked}'; git-upload-pack")
    body, replies, barrier = push(pushes), [], threading.Barrier(CROWD)

    def one():
        signed, connection = delivery.headers(body), delivery.connect(port)
        barrier.wait()
        replies.append(deliver(connection, body, signed))

    crowd = [threading.Thread(target=one) for _ in range(CROWD)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    git("site", "config", "--unset", "remote.origin.uploadpack")

    expect(len(replies) == CROWD, f"{CROWD - len(replies)} of {CROWD} deliveries got no reply")
    expect(head("site") == head("author"), "the push of the crowd was not deployed")
    outcomes = collections.Counter(outcome for outcome, _ in replies)
    print(f"\ncrowd: {CROWD} deliveries of one push at once")
    print("replies:", ", ".join(f"{count} × {outcome}" for outcome, count in outcomes.most_common()))
    print(f"fetches from the remote: {len(asked.read_text().splitlines())}; last reply after {max(ms for _, ms in replies):.0f} ms")


one_after_the_other()
all_at_once()
