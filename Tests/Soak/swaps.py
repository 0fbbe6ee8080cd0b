"""A thousand releases go live under readers, and every reader always gets a whole page of a release that is live."""

import collections
import contextlib
import http.client
import itertools
import os
import pathlib
import random
import subprocess
import threading
import time

import program
import released
import verdict
import web

SWAPS = int(os.environ.get("SWAPS", 1000))
READERS = 4
ROLLBACK_EVERY = 50

_EXAMPLE = pathlib.Path(__file__).parents[2] / "nginx/example-release-site.conf"


def servers(path, plain, example):
    """Returns two servers of the site at `path`: a plain one on the port `plain`, and the one of nginx/ on the port
    `example`, which looks once per request where `current` leads to, and here tells it in a header."""
    text = _EXAMPLE.read_text().replace("/srv/blog", str(path)).replace("/var/log/nginx", str(path.parent))
    for line, other in {"listen 80;": f"listen 127.0.0.1:{example};", "listen [::]:80;": "",
                        "include snippets/bellpull.conf;": "",
                        "index index.html;": "index index.html; add_header Release $blog_release;"}.items():
        if line not in text:
            raise RuntimeError(f"{_EXAMPLE} has no line {line}")
        text = text.replace(line, other)
    return f"""
        server {{
            listen 127.0.0.1:{plain};
            root {path}/current;
            disable_symlinks if_not_owner from=$document_root;
        }}
        {text}"""


class Timeline:
    """Which releases visitors may get, as the driver knows: from before a change both, after the change only the new
    one."""

    def __init__(self):
        self._states = [frozenset({0})]

    def expect(self, *releases):
        self._states.append(frozenset(releases))

    @property
    def now(self):
        return len(self._states) - 1

    @property
    def live(self):
        return next(iter(self._states[-1]))

    def allowed(self, since, until):
        return frozenset().union(*self._states[since:until + 1])


class Reader(threading.Thread):
    """Fetches two pages over one kept connection, again and again."""

    def __init__(self, port, timeline, number):
        super().__init__()
        self.port, self.timeline, self.chance = port, timeline, random.Random(number)
        self.counts, self.notes, self.is_over = collections.Counter(), [], False
        self.seconds = []

    def run(self):
        while not self.is_over:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                first, second = self._page(connection), self._page(connection)
            except (OSError, http.client.HTTPException) as error:
                self._wrong("connection broken", repr(error))
                continue
            finally:
                connection.close()
            self.counts["pairs"] += 1
            self.counts["pairs of two releases"] += first != second
            name = self.chance.choice(list(released.CONSTANT))
            connection.connect()
            if self._get(connection, name)[1].decode() != released.CONSTANT[name]:
                self._wrong("constant file changed", name)
            connection.close()

    def _get(self, connection, name):
        start = time.perf_counter()
        connection.request("GET", f"/{name}")
        reply = connection.getresponse()
        body = reply.read()
        self.seconds.append(time.perf_counter() - start)
        self.counts["answers"] += 1
        if reply.status != 200:
            self._wrong("404" if reply.status == 404 else "5xx" if reply.status >= 500 else "other status",
                        f"{reply.status} for {name}")
        return reply, body

    def _page(self, connection):
        """Returns the number of the release that the page is from."""
        name = self.chance.choice(list(released.PAGES))
        since = self.timeline.now
        reply, body = self._get(connection, name)
        allowed = self.timeline.allowed(since, self.timeline.now)
        if reply.status != 200:
            return None
        number = released.release_of(name, body)
        if number is None:
            self._wrong("mixed", f"{name}: {body[:60]!r} … {body[-60:]!r}")
        elif number not in allowed:
            self._wrong("not live", f"{name} of release {number}, when {sorted(allowed)} were live")
        if (release := reply.getheader("Release")) and number is not None:
            self.counts["resolved"] += 1
            if not os.path.basename(release).endswith(commits[number][:7]):
                self._wrong("of another folder", f"{name} of release {number} from {release}")
        return number

    def _wrong(self, kind, words):
        self.counts[kind] += 1
        if len(self.notes) < 5:
            self.notes.append(f"{kind}: {words}")


#: The commits by the numbers of the releases.
commits = []


def run(folder):
    site = released.Site(folder, "site", SWAPS + SWAPS // ROLLBACK_EVERY + 2)
    commits.extend(site.commits)
    bellpull = program.Bellpull(folder / "bellpull", [site], answer_within="50s")
    ports = web.free_port(), web.free_port()
    bellpull.servers = servers(site.path, *ports)
    with bellpull:
        bellpull.serve()
        driver = Driver(bellpull, site)
        driver.push(0)
        readers = [Reader(port, driver.timeline, number) for number, port in zip(range(READERS), itertools.cycle(ports))]
        start = time.monotonic()
        for reader in readers:
            reader.start()
        try:
            driver.drive(readers)
        finally:
            for reader in readers:
                reader.is_over = True
            for reader in readers:
                reader.join()
        report(bellpull, site, driver, readers, time.monotonic() - start)


class Driver:
    """Deploys, rolls back and unpins."""

    def __init__(self, bellpull, site):
        self.bellpull, self.site = bellpull, site
        self.client, self.timeline = web.Client(bellpull.port), Timeline()
        self.answers, self.swaps, self.rollbacks, self.milliseconds = collections.Counter(), 0, 0, []
        self.most_kept = 0

    def drive(self, readers):
        while self.swaps < SWAPS:
            self.push(1)
            if self.swaps % ROLLBACK_EVERY == 0:
                self._roll_back()
            if any(reader.notes for reader in readers) and sum(len(reader.notes) for reader in readers) > 9:
                verdict.note("stopped early")
                break

    def push(self, count):
        """Pushes the next release, and waits for the answer."""
        live = self.timeline.live
        delivery, number = self.site.push(count)
        self.timeline.expect(live, number)
        answer = self.client.send(delivery)
        self.milliseconds.append(answer.seconds * 1000)
        self.answers[f"{answer.status} {answer.outcome}"] += 1
        if (answer.status, answer.outcome) != (200, "deployed"):
            raise RuntimeError(f"the push of release {number} was answered {answer}\n{self.bellpull.log_end}")
        self.timeline.expect(number)
        self.swaps += 1
        names = os.listdir(self.site.path / "releases")
        self.most_kept = max(self.most_kept, sum(not name.startswith(".") for name in names))

    def _roll_back(self):
        """Goes back by one release, pushes another, which must not go live, and goes on with that one."""
        live = self.timeline.live
        self.timeline.expect(live, live - 1)
        self._command("rollback")
        self.timeline.expect(live - 1)
        delivery, number = self.site.push(1)
        answer = self.client.send(delivery)
        self.answers[f"{answer.status} {answer.outcome}"] += 1
        time.sleep(0.05)
        self.timeline.expect(live - 1, number)
        self._command("unpin")
        self.timeline.expect(number)
        self.rollbacks += 1
        self.swaps += 2

    def _command(self, name):
        done = subprocess.run(self.bellpull.command(name, "site"), env=self.bellpull.environment, capture_output=True,
                              timeout=60)
        if done.returncode:
            raise RuntimeError(f"bellpull {name}: {done.stderr.decode(errors='replace')}")


def report(bellpull, site, driver, readers, seconds):
    counts = sum((reader.counts for reader in readers), collections.Counter())
    for reader in readers:
        for note in reader.notes:
            verdict.note(note)
    verdict.note(", ".join(f"{count} × {words}" for words, count in driver.answers.most_common()))
    verdict.figure("swaps", driver.swaps)
    verdict.figure("  of these rollbacks, each followed by an unpin", driver.rollbacks)
    verdict.figure("  per second", driver.swaps / seconds)
    verdict.figure("from the delivery to the answer, ms (median)", verdict.median(driver.milliseconds))
    verdict.figure("  99th percentile", verdict.percentile(driver.milliseconds, 0.99))
    verdict.figure("answers read", counts["answers"], "more than swaps", counts["answers"] > driver.swaps)
    verdict.figure("  milliseconds (median)", 1000 * verdict.median([each for reader in readers for each in reader.seconds]))
    verdict.none("  404, although every release has the file", counts["404"])
    verdict.none("  5xx", counts["5xx"])
    verdict.none("  of another status", counts["other status"])
    verdict.none("  that are not one whole file of one release", counts["mixed"])
    verdict.none("  of a release that was not live", counts["not live"])
    verdict.none("  of constant files with another content", counts["constant file changed"])
    verdict.none("connections broken", counts["connection broken"])
    verdict.figure("answers with $realpath_root", counts["resolved"], "some", counts["resolved"] > 0)
    verdict.none("  of another folder than the header says", counts["of another folder"])
    verdict.figure("two pages in a row", counts["pairs"])
    verdict.figure("  of two releases, as a swap came between", counts["pairs of two releases"])
    for difference in (differences := site.differences()):
        verdict.note(difference)
    verdict.none("differences between the live release and its commit", len(differences))
    # Old releases are removed after the deployment is recorded.
    with contextlib.suppress(RuntimeError):
        program.await_(lambda: not site.trouble, 10, "the end of the tidying")
    for trouble in (troubles := site.trouble):
        verdict.note(trouble)
    verdict.none("leftovers", len(troubles))
    kept = len([name for name in os.listdir(site.path / "releases") if not name.startswith(".")])
    verdict.at_most("releases kept", kept, 6)
    verdict.figure("  most at any time", driver.most_kept)
    failed = bellpull.count("deployment", "state = 'failed'")
    verdict.none("deployments failed", failed)
    links = max(path.stat().st_nlink for path in (site.path / "current/static").rglob("*.css"))
    verdict.at_most("links of a file that never changed", links, kept)
