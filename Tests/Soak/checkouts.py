"""A deployment that fails leaves the site as it was, whatever fails and whenever."""

import collections
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import time

import program
import repositories
import verdict

DEPLOYMENTS = int(os.environ.get("DEPLOYMENTS", 1000))
SEED = int(os.environ.get("SEED", 1))
PAGES = 20
#: The files of a person: an untracked one, an ignored one, and one in an ignored folder.
PLANTED = {"notes.txt": b"mine\n", "config.php": b"<?php // mine\n", "uploads/photo.jpg": bytes(range(256)) * 8}


def _history(count):
    """Yields commits that change files, add folders and remove folders, for git-fast-import(1)."""
    for number in range(count):
        message = f"Edition {number}"
        yield f"commit refs/heads/main\ncommitter Alice <alice@example.org> {1_700_000_000 + number} +0000\n"
        yield f"data {len(message)}\n{message}\n"
        files = {f"page{page}.html" for page in (range(PAGES) if number == 0 else (number % PAGES, (number + 7) % PAGES))}
        files.add(f"news/{number}/index.html")
        if number == 0:
            yield "M 100644 inline .gitignore\ndata 20\nconfig.php\n/uploads/\n"
        for name in sorted(files):
            page = f"<p>Edition {number} of {name}</p>\n" * 250
            yield f"M 100644 inline {name}\ndata {len(page)}\n{page}\n"
        if number >= 3:
            yield f"D news/{number - 3}\n"


class Faults:
    """The faults. Each is a context in which the deployment of the next commit fails, or may fail."""

    def __init__(self, site, chance, deploy):
        self.site, self.chance, self.deploy = site, chance, deploy
        self.path = pathlib.Path(site.path)

    @contextlib.contextmanager
    def _filter(self, command):
        """Gives the files of one of the folders, or all, a filter."""
        attributes = self.path / ".git/info/attributes"
        attributes.parent.mkdir(exist_ok=True)
        names = self.chance.choice(["*.html", "/news/**", "page*.html", "page1*.html page7.html"])
        attributes.write_text("".join(f"{name} filter=fault\n" for name in names.split()))
        for key, value in {"smudge": command, "clean": "cat", "required": "true"}.items():
            repositories.git(self.path, "config", f"filter.fault.{key}", value)
        try:
            yield
        finally:
            attributes.unlink()
            for key in ("smudge", "clean", "required"):
                repositories.git(self.path, "config", "--unset", f"filter.fault.{key}")

    def _nth(self, first, then):
        """Returns a filter that copies some files and then runs `then`."""
        count = self.path.parent / "count"
        count.unlink(missing_ok=True)
        return f"echo >> {count}; if [ $(wc -l < {count}) -gt {first} ]; then {then}; fi; cat"

    def filter_fails(self):
        with self._filter(self._nth(self.chance.randrange(3), "exit 1")):
            return self.deploy()

    def filter_fails_midway(self):
        with self._filter(self._nth(self.chance.randrange(3), "head -c 3000; exit 1")):
            return self.deploy()

    def git_killed(self):
        with self._filter(self._nth(self.chance.randrange(3), "kill -9 $PPID; exit 1")):
            return self.deploy()

    def time_out(self):
        with self._filter(self._nth(self.chance.randrange(2), "sleep 30")):
            return self.deploy()

    def _killed(self, whole):
        started = self.path.parent / "started"
        started.unlink(missing_ok=True)
        with self._filter(self._nth(self.chance.randrange(2), f"touch {started}; sleep 30")):
            process = self.deploy(wait=False)
            end = time.monotonic() + 5
            while process.poll() is None and not started.exists() and time.monotonic() < end:
                time.sleep(0.005)
            others = [each for each, _, session, _ in program.processes() if session == process.pid] if whole else []
            for each in {process.pid, *others}:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            return process.wait()

    def bellpull_killed(self):
        return self._killed(whole=False)

    def all_killed(self):
        return self._killed(whole=True)

    def killed_anywhere(self):
        process = self.deploy(wait=False)
        time.sleep(self.chance.uniform(0, 0.15))
        process.kill()
        return process.wait()

    def _in_the_way(self, name):
        """Plants a file, or a folder with a file, where the next commit has a file."""
        target = self.path / f"news/{self.site.position}" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("in the way\n")
        try:
            code = self.deploy()
            if not target.exists() or target.read_text() != "in the way\n":
                verdict.note(f"the file in the way is gone: {target}")
                return None
            return code
        finally:
            target.unlink(missing_ok=True)
            for folder in (target.parent, self.path / f"news/{self.site.position}"):
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def file_in_the_way(self):
        return self._in_the_way("index.html")

    def folder_in_the_way(self):
        return self._in_the_way("index.html/mine.txt")

    def ignored_file_in_the_way(self):
        exclude = self.path / ".git/info/exclude"
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text("/news/*/index.html\n")
        try:
            return self._in_the_way("index.html")
        finally:
            exclude.unlink()

    def remote_gone(self):
        away = self.site.remote.with_name("away.git")
        self.site.remote.rename(away)
        try:
            return self.deploy()
        finally:
            away.rename(self.site.remote)

    def disk_full(self):
        """Leaves at most 48 KiB on the disk: the fetch or the checkout fails, or nothing."""
        filler = self.path.parent / "filler"
        disk = os.statvfs(self.path)
        left = self.chance.randrange(13) * 4096
        with open(filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(disk.f_bavail * disk.f_frsize - left, 4096))
        try:
            return self.deploy()
        finally:
            filler.unlink()


KINDS = [name for name in vars(Faults) if not name.startswith("_")]


def run(folder):
    disk = folder / "disk"
    disk.mkdir()
    is_root = os.geteuid() == 0
    if is_root:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=True)
    try:
        soak(folder, disk, [kind for kind in KINDS if is_root or kind != "disk_full"])
    finally:
        if is_root:
            subprocess.run(["umount", "--lazy", disk], check=True)


def soak(folder, disk, kinds):
    remote = folder / "remotes/soak/site.git"
    remote.mkdir(parents=True)
    repositories.git(remote, "init", "--quiet", "--bare", "--initial-branch=main", "--template=")
    repositories.git(remote, "fast-import", "--quiet", input="".join(_history(2 * DEPLOYMENTS + 2)).encode())
    history = repositories.git(remote, "rev-list", "--reverse", "main").splitlines()
    repositories.git(remote, "update-ref", "refs/heads/main", history[0])
    path = disk / "site"
    repositories.git(folder, "clone", "--quiet", "--template=", str(remote), str(path))
    site = repositories.Site("site", path, remote, history)
    site.keys = {"timeout": "2s"}
    for name, content in PLANTED.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_bytes(content)

    bellpull = program.Bellpull(folder / "bellpull", [site])
    environment = os.environ | {"STATE_DIRECTORY": str(bellpull.folder / "state"), "HOME": str(folder)}
    command = [os.environ["BELLPULL"], "deploy", "site", "--config", str(bellpull.folder / "etc/bellpull.toml")]

    def deploy(wait=True):
        with open(folder / "deploy.log", "wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        return process.wait(60) if wait else process

    chance = random.Random(SEED)
    faults = Faults(site, chance, deploy)
    runs, failed, wrong = collections.Counter(), collections.Counter(), collections.Counter()
    for _ in range(DEPLOYMENTS):
        kind = chance.choice(kinds)
        site.push()
        code = getattr(faults, kind)()
        runs[kind] += 1
        failed[kind] += code != 0
        found = [] if "killed" in kind and code < 0 else differences(site)
        if code is None:
            found.append("a person's file is gone")
        site.push()
        if deploy() != 0:
            found.append("the next push fails: " + (folder / "deploy.log").read_text(errors="replace")[-400:])
        elif site.head != site.newest:
            found.append("the next push is not live")
        found += differences(site)
        if found:
            wrong[kind] += 1
            verdict.note(f"{kind} at {site.position}: {'; '.join(found)}")
            if sum(wrong.values()) > 9:
                break
    for kind in kinds:
        verdict.figure(f"{kind.replace('_', ' ')}: deployments", runs[kind])
        verdict.figure("  failed", failed[kind])
    verdict.none("deployments after which the site was wrong", sum(wrong.values()))
    saved = path / ".git/bellpull-saved"
    verdict.figure("files moved away", sum(len(files) for _, _, files in os.walk(saved)))
    verdict.none("stashes", len(repositories.git(path, "stash", "list").splitlines()))
    leftovers = [file for file in (path / ".git/objects").rglob("*tmp_*")]
    verdict.none("temporary objects", len(leftovers))


def differences(site):
    """Returns what is not as in the clone's commit, apart from the planted files, which must be as planted."""
    path = pathlib.Path(site.path)
    found = [line for line in site.trouble if line[3:] not in PLANTED]
    tree = set(repositories.git(path, "ls-tree", "-r", "--name-only", "HEAD").splitlines())
    files = {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file() and ".git" not in file.relative_to(path).parts}
    found += [f"missing: {name}" for name in sorted(tree - files)]
    found += [f"left over: {name}" for name in sorted(files - tree - set(PLANTED))]
    return found + [f"changed: {name}" for name, content in PLANTED.items()
                    if not (path / name).exists() or (path / name).read_bytes() != content]
