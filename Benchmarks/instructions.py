"""Counts the instructions that Bellpull executes per delivery: `scripts/bench --instructions [--record]`.

callgrind counts them in user space and over all threads: the ledger's writer and SQLite are included, the kernel, git and
other load of the machine are not. The deliveries go straight to the FastCGI socket, one after the other. The figures are
compared with Benchmarks/instructions.json, which --record writes. Fails if a figure has grown by more than 3 %. Takes about two
minutes.
"""

import json
import os
import pathlib
import platform
import re
import sqlite3
import ssl
import subprocess
import sys
import time

import clones
import delivery
import fastcgi
import raw
import repositories
from processes import BenchError, expect
from program import end

RECORDED = pathlib.Path(__file__).with_name("instructions.json")
# Counted deliveries per kind, and uncounted deliveries before them that fill caches and prepare statements.
COUNT, WARM_UP = 1000, 100
TOLERANCE = 0.03

#: The kinds of delivery, in the order in which they are counted, and the answer that each of them must get. A recorded
#: delivery gets 202 after `answer_within`, as its deployment never starts.
ANSWERS = {"ignored": "200 ignored", "unchanged": "200 unchanged", "duplicate": "200 duplicate", "recorded": "202 queued"}


class Deliveries:
    """Makes the deliveries of each kind for `site`, which is at the commit that its remote is at."""

    def __init__(self, site):
        self.repository, self.commit = site.repository, site.newest
        self._made = 0
        self._repeated = self.unchanged()

    def ignored(self):
        """A push to a branch that no site follows."""
        return self._push("docs", self.commit)

    def unchanged(self):
        """A push of the commit that the site is at. No two bodies are alike."""
        return self._push("main", self.commit)

    def duplicate(self):
        """The same body again and again."""
        return self._repeated

    def recorded(self):
        """A push of another commit, for which the ledger queues a deployment."""
        return self._push("main", f"{self._made + 1:040x}")

    def _push(self, branch, commit):
        self._made += 1
        return delivery.push(self.repository, branch, commit, before=f"{self._made:040x}")


class Bellpull:
    """The program under callgrind, with the sites `blog` and `busy`.

    Only one site deploys at a time. The remote of `busy` hangs: while `busy` deploys, no other deployment can start, so
    that the intake of recorded deliveries is counted and their deployments are not.
    """

    def __init__(self, folder, program):
        self.folder, self.program = folder, program
        self.blog, self.busy = repositories.make(folder, ["blog", "busy"], 1)
        clones.hang(repositories.git, self.busy.path, self.busy.repository, self.folder / "ssh")
        (self.folder / "etc/sites").mkdir(parents=True)
        (self.folder / "ledger").mkdir()
        (self.folder / "etc/bellpull.toml").write_text(
            'secret_variable = "GITHUB_SECRET"\ncatch_up = "0"\ntimeout = "1h"\nanswer_within = "20ms"\n'
            'drain = "1s"\nparallel_deployments = 1\n')
        for site in (self.blog, self.busy):
            (self.folder / f"etc/sites/{site.name}.toml").write_text(
                f'repository = "{site.repository}"\nbranch = "main"\npath = "{site.path}"\n')
        self._profiles = 0

    def __enter__(self):
        # Swift seeds its hashing per process unless told not to, and then the figures differ from run to run.
        environment = os.environ | {"STATE_DIRECTORY": str(self.folder / "ledger"), "SWIFT_DETERMINISTIC_HASHING": "1",
                                    "LD_PRELOAD": str(self.folder / "spawn.so")}
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={self.folder}/profile",
                   self.program, "serve", "--socket", str(self.folder / "socket"),
                   "--config", str(self.folder / "etc/bellpull.toml")]
        with open(self.folder / "callgrind.log", "wb") as log:
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._await((self.folder / "socket").exists, "bellpull does not start")
        return self

    def __exit__(self, *_):
        end(self.process, 60)

    def _await(self, fact, otherwise):
        end = time.monotonic() + 60
        while not fact():
            self._expect(self.process.poll() is None and time.monotonic() < end, otherwise)
            time.sleep(0.1)

    def _expect(self, fact, otherwise):
        expect(fact, f"{otherwise}\n{(self.folder / 'callgrind.log').read_text(errors='replace')[-2000:]}")

    def deliver(self, body):
        """Sends a delivery to the socket and returns the status and the outcome."""
        request = fastcgi.request(raw.Request(delivery.headers(body).items(), body))
        try:
            return raw.Reply(fastcgi.output(raw.exchange(self.folder / "socket", request))).words
        except OSError as error:
            return str(error)

    def measure(self):
        """Returns the instructions per delivery, by kind."""
        deliveries = Deliveries(self.blog)
        # The first delivery has git open the clone.
        self._await(lambda: self.deliver(deliveries.duplicate()) == ANSWERS["duplicate"], "the site does not deploy")
        self._control("--instr=on")
        figures = {}
        for kind in ANSWERS:
            if kind == "recorded":
                self.deliver(delivery.push(self.busy.repository, "main", "f" * 40, before="0" * 40))
            figures[kind] = self._count(kind, getattr(deliveries, kind))
        return figures

    def _count(self, kind, make):
        for number in range(WARM_UP + COUNT):
            if number == WARM_UP:
                self._control("--zero")
            answer = self.deliver(make())
            self._expect(answer == ANSWERS[kind], f"a delivery of the kind {kind} was answered {answer}")
        self._profiles += 1
        self._control("--dump")
        profile = (self.folder / f"profile.{self._profiles}").read_text()
        return round(int(re.search(r"^totals: (\d+)", profile, re.MULTILINE)[1]) / COUNT)

    def _control(self, order):
        command = ["callgrind_control", order, str(self.process.pid)]
        done = subprocess.run(command, capture_output=True, text=True)
        self._expect(done.returncode == 0, f"callgrind_control {order} failed: {done.stderr}")


def conditions():
    """What the figures depend on, besides Bellpull."""
    def first_line(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]

    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    return {
        "architecture": platform.machine() + (" with AVX2" if "avx2" in flags else ""),
        "compiler": first_line("swift", "--version"),
        "libc": " ".join(platform.libc_ver()),
        "openssl": ssl.OPENSSL_VERSION,
        "sqlite": sqlite3.sqlite_version,
        "valgrind": first_line("valgrind", "--version"),
    }


def compare(figures, here, recorded):
    """Prints the figures beside the recorded figures and returns the kinds whose figure has grown."""
    print(f"\n{f'instructions per delivery ({COUNT:,} each)':<34}{'recorded':>12}{'now':>12}{'change':>9}")
    grown, shrunk = [], []
    for kind, figure in figures.items():
        before = recorded["instructions"][kind]
        change = figure / before - 1
        print(f"{kind:<34}{before:>12,}{figure:>12,}{change:>+9.1%}")
        if change > TOLERANCE:
            grown.append(kind)
        elif change < -TOLERANCE:
            shrunk.append(kind)
    for name, value in here.items():
        if value != (then := recorded["conditions"].get(name)):
            print(f"note: recorded with another {name}: {then}; now: {value}")
    if shrunk:
        print(f"more than {TOLERANCE:.0%} below the recorded figures: {', '.join(shrunk)}")
        print("record the new figures: scripts/bench --instructions --record")
    return grown


def run(folder, program, is_record):
    """Counts and compares, or records. Returns the exit status."""
    try:
        figures = _count(folder, program)
        here = conditions()
        if is_record:
            RECORDED.write_text(json.dumps({"conditions": here, "instructions": figures}, indent=4) + "\n")
            print("recorded:", ", ".join(f"{kind} {figure:,}" for kind, figure in figures.items()))
            return 0
        expect(RECORDED.exists(), "no figures are recorded\nscripts/bench: hint: scripts/bench --instructions --record")
        grown = compare(figures, here, json.loads(RECORDED.read_text()))
        expect(not grown, f"more than {TOLERANCE:.0%} above the recorded figures: {', '.join(grown)}\n"
               "scripts/bench: hint: make the intake cheaper, or record why it costs more: scripts/bench --instructions --record")
    except BenchError as error:
        print(f"scripts/bench: error: {error}", file=sys.stderr)
        return 1
    return 0


def _count(folder, program):
    stripped = folder / "bellpull"
    # valgrind 3.19 gives up on the debug information of Swift's own libraries.
    subprocess.run(["strip", "--strip-debug", "-o", stripped, program], check=True)
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", folder / "spawn.so",
                    pathlib.Path(__file__).with_name("spawn.c"), "-ldl"], check=True)
    os.environ |= {"GIT_CONFIG_GLOBAL": str(folder / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}
    with Bellpull(folder, stripped) as bellpull:
        return bellpull.measure()
