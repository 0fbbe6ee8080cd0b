"""After a power failure at any moment, the next deployment or the next start brings the site to its commit."""

import collections
import concurrent.futures
import os
import random
import subprocess
import threading

import disk
import outage
import pushes
import recorder
import verdict

STATES = int(os.environ.get("STATES", 300))
SEED = int(os.environ.get("SEED", 1))
#: What the disk has of contents that were not synced: in the repository and the ledger, and in the work tree.
FATES = {
    "nothing was written": ("lost", "lost"),
    "half was written": ("half", "half"),
    "zeros were written": ("zeros", "zeros"),
    "the work tree was not written": ("written", "lost"),
    "half of the work tree was written": ("written", "half"),
    "the work tree has zeros": ("written", "zeros"),
    "only the work tree was written": ("lost", "written"),
    "each file by chance": None,
}
WAYS = ("deploy", "start", "delivery")

#: A power failure after `step` changes. `keeps_order`: whether the names reach the disk in their order.
Failure = collections.namedtuple("Failure", "recording step fate keeps_order")


class Recording:
    """The changes of one deployment, with the disk before."""

    def __init__(self, case):
        self.case = case
        self.before = disk.Disk(case.root)
        status, self.changes = recorder.record(
            case.bellpull.deployment("site"), case.root, case.folder / "strace.log", env=case.bellpull.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if status:
            raise RuntimeError(f"{case.name}: the recorded deployment exited with {status}")
        found = disk.differences(self.before.after(self.changes), case.root)
        #: The files that a replay does not make. SQLite writes the file -shm through mmap(2).
        self.missed = [path for path in found if not path.endswith("-shm")]
        self.syncs = [step for step, change in enumerate(self.changes, 1) if change.name in ("sync", "sync_all")]
        case.deployment = case.bellpull.rows("SELECT max(id) FROM deployment")[0][0]
        case.trees = {remote: self._tree(remote) for remote in (case.remote, case.newer_remote)}

    def _tree(self, remote):
        """Returns the right files after the push, or after the newer push: what a deployment without a power failure
        makes of the files as they are now."""
        state = outage.files_of_site(disk.Disk(self.case.root).state(lambda path: "written"))
        with outage.Outage(self.case, state, self.case.folder / "right", remote) as site:
            if error := site.deploy():
                raise RuntimeError(error)
            return outage.tree_of_commit(site.site.path)

    def failures(self, chance):
        """Returns all power failures that are told apart: first those after the deployment, then those right after a sync,
        then the others, each group in a random order."""
        end = len(self.changes)
        groups = [[Failure(self, end, fate, order) for fate in FATES for order in (True, False)],
                  [Failure(self, step, fate, order) for step in self.syncs for fate in FATES for order in (True, False)],
                  [Failure(self, step, fate, True) for step in range(1, end) if step not in self.syncs for fate in FATES]]
        for group in groups:
            chance.shuffle(group)
        return groups


class Trials:
    """Tries power failures, each with one way to go on."""

    def __init__(self, folder):
        self.folder = folder
        self.tried = collections.Counter()
        self.false_claims, self.wrong = [], []
        self.with_moved_files = 0
        self._seen = set()
        self._lock = threading.Lock()

    def run(self, number, failure):
        """Tries a failure, unless enough failures were tried, or one that left the same files."""
        if self.tried.total() >= STATES:
            return
        chance = random.Random(f"{SEED} {number}")
        way, is_newer = chance.choice(WAYS), chance.random() < 0.25
        state = _state(failure, chance)
        key = disk.digest(state)
        with self._lock:
            if key in self._seen:
                return
            self._seen.add(key)
            self.tried[way] += 1
        case = failure.recording.case
        with outage.Outage(case, state, self.folder / str(number), case.newer_remote if is_newer else case.remote) as site:
            if site.is_recorded:
                site.add_claims("the ledger says deployed", case.remote)
            message = getattr(site, way)()
            found = site.faults(failure.keeps_order)
            with self._lock:
                self.with_moved_files += site.saved > 0
                words = f"{_words(failure)}; {way}{', newer push' if is_newer else ''}"
                self.false_claims += [f"{words}: {claim}" for claim in site.false_claims]
                if found:
                    self.wrong.append(f"{words}: {'; '.join(found)}: {message}")


def _state(failure, chance):
    now = failure.recording.before.after(failure.recording.changes[:failure.step])
    fates = FATES[failure.fate]

    def fate(path):
        if fates is None:
            return chance.choice(["written", "lost", "half", "zeros"])
        return fates[path.startswith("site/") and not path.startswith("site/.git/")]
    return outage.files_of_site(now.state(fate, failure.keeps_order))


def _words(failure):
    last = failure.recording.changes[failure.step - 1]
    return f"{failure.recording.case.name}, after change {failure.step} of {len(failure.recording.changes)}, " \
        f"{' '.join([last.name, *last.arguments[:1]])}: {failure.fate}{'' if failure.keeps_order else ', names were lost'}"


def run(folder):
    chance, groups = random.Random(SEED), [[], [], []]
    for number, kind in enumerate(pushes.CASES):
        recording = Recording(kind(folder / f"case{number}"))
        verdict.note(f"{recording.case.name}: {len(recording.changes)} changes, {len(recording.syncs)} syncs")
        verdict.none("  files that a replay of the changes does not make", len(recording.missed))
        for group, failures in zip(groups, recording.failures(chance)):
            group += failures
    failures = []
    for group in groups:
        chance.shuffle(group)
        failures += group
    trials = Trials(folder)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(trials.run, range(len(failures)), failures):
            pass
    verdict.figure("states of the disk after a power failure", trials.tried.total())
    for way in WAYS:
        verdict.figure(f"  continued by: {way}", trials.tried[way])
    verdict.none("  deployed according to Bellpull, but not on the disk", len(trials.false_claims))
    verdict.none("  not recovered", len(trials.wrong))
    verdict.figure("  with files moved to .git/bellpull-saved", trials.with_moved_files)
    for words in (trials.false_claims[:10] + trials.wrong[:10]):
        verdict.note(words)
