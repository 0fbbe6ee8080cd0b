"""A site with releases survives `kill -9` at any moment of a deployment: one whole release is live, no acknowledged
delivery is lost, and the next push deploys."""

import collections
import os
import random
import subprocess
import threading
import time

import kill
import program
import released
import verdict
import web

KILLS = int(os.environ.get("KILLS", 200))
SEED = int(os.environ.get("SEED", 1))
ALONE = os.environ.get("ALONE") == "1"
#: Every so many kills, a rollback is under way instead of a push.
ROLLBACK_EVERY = 10
PROMISES = ("no whole release live after a kill", "deployments queued or running for a minute",
            "an acknowledged push not live", "the next push not live", "no whole release live after the next push",
            "leftovers after the next push")


class Pushes:
    """What was sent and acknowledged, in the form that `kill.report` reads."""

    def __init__(self, port):
        self.client = web.Client(port)
        self.acknowledged, self.answers = [], collections.Counter()

    def send(self, site, count=1):
        delivery, position = site.push(count)
        answer = self.client.send(delivery)
        self.answers[f"{answer.status} {answer.outcome or 'nothing'}"] += 1
        if 200 <= answer.status < 300 and answer.outcome in kill.DURABLE:
            self.acknowledged.append((site, position, delivery.digest))
        return answer


def run(folder):
    site = released.Site(folder, "site", 3 * KILLS + 20)
    # So short that most deliveries are acknowledged while their deployment runs.
    with program.Bellpull(folder / "bellpull", [site], answer_within="20ms") as bellpull:
        soak = Soak(bellpull.serve(), site)
        for number in range(KILLS):
            soak.round(number)
        soak.report()


class Soak:
    """The kills, and what is promised after each."""

    def __init__(self, bellpull, site):
        self.bellpull, self.site, self.pushes = bellpull, site, Pushes(bellpull.port)
        self.chance, self.broken, self.moments = random.Random(SEED), collections.Counter(), collections.Counter()
        self.start = time.monotonic()
        self.span = self._span()
        self.rollback_span = self._rollback_span()

    def _span(self):
        """Returns how long a deployment takes, with the tidying."""
        times = []
        for _ in range(8):
            start = time.monotonic()
            self.pushes.send(self.site)
            self.bellpull.settle()
            times.append(time.monotonic() - start)
        return verdict.median(times)

    def _command(self, name):
        """Runs a command for the site, and returns the seconds."""
        start = time.monotonic()
        done = subprocess.run(self.bellpull.command(name, "site"), env=self.bellpull.environment, capture_output=True,
                              timeout=60)
        # There may be no pin to remove.
        if done.returncode and name != "unpin":
            raise RuntimeError(f"bellpull {name}: {done.stderr.decode(errors='replace')}")
        return time.monotonic() - start

    def _rollback_span(self):
        times = []
        for _ in range(3):
            times.append(self._command("rollback"))
            self._command("unpin")
        return verdict.median(times)

    def round(self, number):
        if number % ROLLBACK_EVERY == ROLLBACK_EVERY - 1:
            self._kill_rollback()
        else:
            self._kill_service(number)
        # Without another delivery, the service goes on with what was acknowledged.
        self._expect("deployments queued or running for a minute", [] if self.bellpull.settle() else [self.site.live])
        newest = max(position for _, position, _ in self.pushes.acknowledged)
        self._expect("an acknowledged push not live", [] if self.site.how_far >= newest else [str(newest)])
        self.pushes.send(self.site)
        self.bellpull.settle()
        self._expect("the next push not live", [] if self.site.head == self.site.newest else [self.site.live])
        self._expect("no whole release live after the next push", self.site.differences())
        self._expect_no_leftovers()

    def _kill_service(self, number):
        before = self.site.live
        sending = threading.Thread(target=self.pushes.send, args=(self.site,))
        sending.start()
        time.sleep(self.chance.uniform(0, 1.3 * self.span))
        self.moments["kills while git was running"] += len(self.bellpull.session) > 1
        self.bellpull.kill() if ALONE or number % 2 else self.bellpull.kill_all()
        self.moments["kills after the swap"] += self.site.live != before
        self._examine()
        self.bellpull.serve()
        # A delivery that nobody had accepted waited in the socket.
        sending.join()

    def _kill_rollback(self):
        before = self.site.live
        process = subprocess.Popen(self.bellpull.command("rollback", "site"), env=self.bellpull.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(self.chance.uniform(0.2, 1) * self.rollback_span)
        process.kill()
        process.wait()
        self.moments["kills of a rollback"] += 1
        self.moments["  with a pin set"] += (self.site.path / "pinned").exists()
        self.moments["  after the swap"] += self.site.live != before
        self._examine()
        self._command("unpin")

    def _examine(self):
        """Checks the site just after the kill."""
        self._expect("no whole release live after a kill", self.site.differences())
        self.moments["unfinished releases left by kills"] += any(".unfinished-" in name for name in self.site.trouble)

    def _expect(self, promise, violations):
        self.broken[promise] += bool(violations)
        for violation in violations[:3]:
            verdict.note(f"{promise}: {violation}")

    def _expect_no_leftovers(self):
        # Old releases are removed after the deployment is recorded.
        end = time.monotonic() + 5
        while (trouble := self.site.trouble) and time.monotonic() < end:
            time.sleep(0.02)
        self._expect("leftovers after the next push", trouble)

    def report(self):
        for name, count in self.moments.items():
            verdict.figure(name, count)
        verdict.figure("a deployment without a kill, ms", 1000 * self.span)
        for promise in PROMISES:
            verdict.none(promise, self.broken[promise])
        kept = [name for name in os.listdir(self.site.path / "releases") if not name.startswith(".")]
        verdict.at_most("releases kept", len(kept), 6)
        kill.report(self.bellpull, self.pushes, [self.site])
        verdict.figure("kills", KILLS)
        verdict.figure("seconds", time.monotonic() - self.start)
