"""A thousand deployments with a random fault in one of the steps, and kills of the service and of launchers at random
moments: the release before is live unless the deployment succeeded, and nothing is left running or on the disk."""

import collections
import os
import random
import threading
import time

import program
import stepped
import verdict
import web

DEPLOYMENTS = int(os.environ.get("DEPLOYMENTS", 1000))
SEED = int(os.environ.get("SEED", 1))
PROMISES = ("the wrong release live", "the live release not whole", "processes left running",
            "an ending that the fault does not explain", "a deployment not ended after a minute", "leftovers on the disk")


def run(folder):
    temporary = folder / "tmp"
    temporary.mkdir()
    # The launchers make their folders there. A service of systemd on this machine must not run the steps.
    os.environ |= {"TMPDIR": str(temporary), "BELLPULL_STEP_SOCKET": str(folder / "no.sock")}
    site = stepped.Site(folder, "site", DEPLOYMENTS, SEED)
    with program.Bellpull(folder / "bellpull", [site], answer_within="50s") as bellpull:
        soak = Soak(bellpull.serve(), site, temporary)
        for number in range(DEPLOYMENTS + 1):
            soak.round(number, 10 <= number < DEPLOYMENTS)
            if sum(soak.broken.values()) > 20:
                verdict.note(f"stopped early, after {number + 1} deployments")
                break
        soak.report()


class Soak:
    """The deployments, and what is promised after each."""

    def __init__(self, bellpull, site, temporary):
        self.bellpull, self.site, self.temporary = bellpull, site, temporary
        self.chance, self.client = random.Random(SEED), web.Client(bellpull.port)
        self.broken, self.runs, self.failed = (collections.Counter() for _ in range(3))
        self.moments, self.slow, self.milliseconds = collections.Counter(), 0, []
        self.start, self.memory = time.monotonic(), None
        #: Whether a kill may have ended the removal of old releases, which the next deployment that goes live ends.
        self.is_untidy = False
        #: The commit that has to be live.
        self.live = None

    def round(self, number, may_kill):
        kind = "push" if not may_kill else self.chance.choices(
            ("push", "service killed", "service and steps killed", "launcher killed"), (80, 8, 7, 5))[0]
        delivery, _ = self.site.push(1 if number else 0)
        getattr(self, f"_{kind.replace(' ', '_')}")(delivery)
        self._expect("a deployment not ended after a minute", [] if self.bellpull.settle() else [self.site.position])
        self._examine(kind)
        if number == 50:
            self.memory = self.bellpull.memory

    # What happens.

    def _push(self, delivery):
        start = time.monotonic()
        self.client.send(delivery)
        if self.site.fault.step == "no":
            self.milliseconds.append((time.monotonic() - start) * 1000)

    def _during(self, delivery, body):
        """Calls `body` at a random moment of the deployment. Returns what waits for the answer."""
        answers, client = [], web.Client(self.bellpull.port)
        sending = threading.Thread(target=lambda: answers.append(client.send(delivery)))
        sending.start()
        span = verdict.median(self.milliseconds[-9:]) / 1000
        if self.chance.random() < 0.7:
            # Steps are short, so few moments would hit one.
            end = time.monotonic() + 2 * span
            while not self.site.processes and time.monotonic() < end:
                pass
            span /= 5
        time.sleep(self.chance.uniform(0, 1.3 * span))
        self.moments["  while a step ran"] += bool(self.site.processes)
        body()

        def wait():
            sending.join()
            # A forge shows a delivery without an acknowledgement as failed, and a person sends it again.
            if answers[0].status in (0, 502):
                self.moments["  before an acknowledgement"] += 1
                self.client.send(delivery.again())

        return wait

    def _service_killed(self, delivery):
        wait = self._during(delivery, self.bellpull.kill)
        self.bellpull.serve()
        wait()

    def _service_and_steps_killed(self, delivery):
        def kill():
            # As systemd does it: the whole control group at once, also what is in another session.
            steps = self.site.processes
            self.bellpull.kill_all()
            for process in steps:
                self._kill(process)

        wait = self._during(delivery, kill)
        self.bellpull.serve()
        wait()

    def _launcher_killed(self, delivery):
        def kill():
            for process, parent, _, _ in list(program.processes()):
                if parent == self.bellpull.process.pid and self._is_launcher(process):
                    self.moments["  of a launcher"] += 1
                    self._kill(process)

        self._during(delivery, kill)()

    @staticmethod
    def _kill(process):
        try:
            os.kill(process, 9)
        except ProcessLookupError:
            pass

    @staticmethod
    def _is_launcher(process):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                return b"run-step" in file.read()
        except OSError:
            return False

    # What must hold.

    def _examine(self, kind):
        site, fault = self.site, self.site.fault
        ((state, failure),) = self.bellpull.rows("SELECT state, failure FROM deployment ORDER BY id DESC LIMIT 1")
        # A service that was killed between the swap and the record finds the site at the commit.
        succeeded = state == "deployed" or state == "unchanged" and kind.startswith("service")
        is_live = succeeded or (failure or "").find(" is live, but ") > 0
        self.runs[str(fault)] += 1
        self.failed[str(fault)] += not succeeded
        self.moments[kind] += 1
        words = f"{site.position}: {fault} {fault.status}, {kind}: {state} {failure}"
        if is_live or self.live is None:
            self.live = site.newest
        self._expect("the wrong release live", [] if site.head == self.live else [words])
        self._expect("the live release not whole", [f"{words}: {line}" for line in site.differences()])
        left = site.processes
        self._expect("processes left running", [f"{words}: {len(left)}"] if left else [])
        for process in left:
            self._kill(process)
        is_slow = "did not end within" in (failure or "") and fault.kind not in ("hangs", "ignores")
        self.slow += is_slow
        if kind != "launcher killed" and not is_slow:
            explained = succeeded == fault.passes and is_live == fault.goes_live
            self._expect("an ending that the fault does not explain", [] if explained else [words])
        self.is_untidy = kind.startswith("service") or self.is_untidy and not is_live
        if not self.is_untidy:
            self._expect("leftovers on the disk", [f"{words}: {line}" for line in self._leftovers()])

    def _leftovers(self):
        """Old releases are removed after the deployment is recorded, so this waits a little."""
        end = time.monotonic() + 5
        while (found := self._trouble()) and time.monotonic() < end:
            time.sleep(0.01)
        return found

    def _trouble(self):
        kept = self.site.kept
        # The live one, the one before it, and the newest.
        extra = [f"{len(kept)} releases"] if len(kept) > self.site.KEEP + 2 else []
        return self.site.trouble + extra + [path.name for path in self.temporary.iterdir()]

    def _expect(self, promise, violations):
        self.broken[promise] += bool(violations)
        for violation in violations[:3]:
            verdict.note(f"{promise}: {violation}")

    def report(self):
        site = self.site
        for name in sorted(self.runs):
            verdict.figure(f"{name}: deployments", self.runs[name])
            verdict.figure("  failed", self.failed[name])
        for kind in ("service killed", "service and steps killed", "launcher killed", "  while a step ran", "  of a launcher",
                     "  before an acknowledgement"):
            verdict.figure(kind, self.moments[kind])
        verdict.figure("deployments without a fault, median ms", verdict.median(self.milliseconds))
        verdict.figure("steps without a fault that took longer than 1 s", self.slow)
        for promise in PROMISES:
            verdict.none(promise, self.broken[promise])
        cache = sorted(path.name for path in (site.path / "cache").iterdir())
        verdict.figure("files in the cache", ", ".join(cache), "log", cache == ["log"])
        verdict.at_most("releases kept", len(site.kept), site.KEEP + 2)
        output = self.bellpull.folder / "state/output/site"
        verdict.at_most("the output file, bytes", output.stat().st_size if output.exists() else 0, 16 << 20)
        rows = self.bellpull.rows("SELECT max(length(output)) FROM deployment")
        verdict.at_most("the longest output in the ledger, bytes", rows[0][0], 128 << 10)
        if self.memory:
            verdict.figure("resident after 50 deployments, MiB", self.memory)
        verdict.figure("resident at the end, MiB", self.bellpull.memory)
        verdict.figure("seconds per deployment", (time.monotonic() - self.start) / max(sum(self.runs.values()), 1))
