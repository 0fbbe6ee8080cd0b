"""A site with steps. Each commit has a fault: what one of the steps does wrong, if anything."""

import collections
import pathlib
import random
import re

import program
import released
import repositories

#: A number of seconds that nobody else sleeps.
SLEEP = "86399.4711"
STEPS = ("build", "test", "health", "after")
TIMEOUT = "1s"

#: What every step does: `sh step NAME`. It takes a moment, so that kills hit it.
STEP = f"""\
read -r step fault status < fault
sleep 0.03
case $1 in
build) mkdir -p out/a/b && cp page0.html out/a/b/built && echo "$1" >> "$HOME/log" ;;
*) cmp -s page0.html out/a/b/built || exit 9 ;;
esac
[ "$1" = "$step" ] || exit 0
case $fault in
hangs) sleep {SLEEP} ;;
ignores) trap '' TERM; (trap '' TERM; exec sleep {SLEEP}) ;;
killed) kill -9 $$ ;;
floods) head -c 3000000 /dev/zero | tr '\\0' x ;;
leaves)
    sleep {SLEEP} &
    setsid sleep {SLEEP} &
    (setsid env -i sh -c 'cd /; trap "" TERM HUP; sleep {SLEEP} & exec sleep {SLEEP}' > /dev/null 2>&1 &) ;;
chains)
    (setsid sh -c 'n=0; while [ $n -lt 20 ]; do setsid sleep {SLEEP} & n=$((n + 1)); done; exec sleep {SLEEP}' &) ;;
protects) mkdir -p x/y/z && echo x > x/y/z/file && chmod 0 x/y/z && chmod 0500 x/y x && chmod 0500 . ;;
deletes) rm -rf "$PWD"/* "$PWD" 2> /dev/null ;;
esac
exit "$status"
"""


class Fault(collections.namedtuple("Fault", "step kind status")):
    """A fault, and the status that the step exits with if the fault lets it."""

    #: How often a fault is chosen. What waits for a time limit is rare, because it takes long.
    KINDS = {"fails": 8, "killed": 8, "floods": 8, "leaves": 8, "chains": 4, "hangs": 2, "ignores": 1}
    #: What only a step can do that may write.
    WRITING = {"protects": 6, "deletes": 3}

    @classmethod
    def choose(cls, chance):
        if chance.random() < 0.15:
            return cls("no", "fault", 0)
        step = chance.choice(STEPS)
        kinds = cls.KINDS | (cls.WRITING if step in ("build", "test") else {})
        kind = chance.choices(list(kinds), kinds.values())[0]
        return cls(step, kind, 3 if kind == "fails" else chance.choice((0, 3)))

    @property
    def passes(self):
        """Whether all steps pass."""
        # A step cannot remove its folder, but the files in there, which the next step misses.
        return self.status == 0 and self.kind not in ("hangs", "ignores", "killed", "deletes")

    @property
    def goes_live(self):
        """Whether the release stays live."""
        return self.passes or self.step == "after"

    def __str__(self):
        return f"{self.step} {self.kind}"


def _history(faults):
    """Yields a commit for each fault, for git-fast-import(1)."""
    for number, fault in enumerate(faults):
        yield f"commit refs/heads/main\ncommitter Alice <alice@example.org> {1_700_000_000 + number} +0000\n"
        yield f"data {len(str(number))}\n{number}\n"
        files = {name: released.page(name, number) for name in released.PAGES}
        files["fault"] = f"{fault.step} {fault.kind} {fault.status}\n"
        if number == 0:
            files |= released.CONSTANT | {"step": STEP}
        for name, text in files.items():
            yield f"M {'100755' if name == 'page3.html' else '100644'} inline {name}\ndata {len(text)}\n{text}\n"


class Site(released.Site):
    """The site. `faults` has the fault of each commit."""

    KEEP = 3

    def __init__(self, folder, name, count, seed):
        chance = random.Random(seed)
        # The first release has to go live, and the last one to end the removal of what kills have left.
        self.faults = [Fault("no", "fault", 0), *(Fault.choose(chance) for _ in range(count - 1)), Fault("no", "fault", 0)]
        super().__init__(folder, name, count, lambda _: _history(self.faults))
        self.keys |= {step: f"sh step {step}" for step in STEPS}
        self.keys |= {f"{step}_timeout": TIMEOUT for step in STEPS}
        self.keys |= {"keep": self.KEEP, "health_retries": 0}

    @property
    def fault(self):
        """The fault of the commit that was pushed last."""
        return self.faults[self.position]

    def differences(self):
        """Returns which files of the commit are not so in the live release. A build may add files."""
        commit, release = self.head, self.path / "releases" / self.live
        names = repositories.git(self.remote, "ls-tree", "-r", "--name-only", commit).splitlines()
        number = self.commits.index(commit)
        expected = {name: released.page(name, number) for name in released.PAGES}
        found = []
        for name in names:
            path = release / name
            text = path.read_text() if path.is_file() else None
            if text is None or name in expected and text != expected[name] \
                    or name in released.CONSTANT and text != released.CONSTANT[name]:
                found.append(f"{name} is not as in {commit[:7]}")
        return found + ([] if (release / "out/a/b/built").is_file() else ["the release was not built"])

    @property
    def kept(self):
        """The names of the releases."""
        return [entry.name for entry in (self.path / "releases").iterdir() if not entry.name.startswith(".")]

    @property
    def processes(self):
        """The processes that steps have started: those in the site's folders, those that know the site, and those that
        sleep like a step."""
        found = []
        for process, _, _, state in program.processes():
            if state == "Z":
                continue
            place = pathlib.Path(f"/proc/{process}")
            try:
                words = place.joinpath("cmdline").read_bytes()
                variables = place.joinpath("environ").read_bytes()
                folder = str(place.joinpath("cwd").readlink())
            except OSError:
                continue
            # Bellpull's own git works in a release too.
            if b"BELLPULL_COMMAND=" in variables:
                continue
            if SLEEP.encode() in words or f"BELLPULL_RELEASE={self.path}/".encode() in variables \
                    or re.match(re.escape(f"{self.path}/releases/"), folder):
                found.append(process)
        return found
