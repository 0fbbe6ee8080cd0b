"""Sites with a real remote, a supply of commits, and a clone."""

import os
import pathlib
import shutil
import subprocess
import threading

import forge


def git(folder, *arguments, **options):
    """Runs git in `folder` and returns its output."""
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, timeout=120, **options)
    if done.returncode:
        raise RuntimeError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode().strip()


def _history(count):
    """Yields a history of `count` commits for git-fast-import(1)."""
    for number in range(count):
        message, page = f"Edition {number}", f"<p>Edition {number}</p>\n" * 20
        yield f"commit refs/heads/main\ncommitter Alice <alice@example.org> {1_700_000_000 + number} +0000\n"
        yield f"data {len(message)}\n{message}\n"
        for name in range(20) if number == 0 else (number % 20, 20 + number // 10 % 10):
            yield f"M 100644 inline page{name}.html\ndata {len(page)}\n{page}\n"


class Site:
    """A site with its clone and its remote. The commits exist in advance; a push moves the branch of the remote."""

    def __init__(self, name, path, remote, commits):
        self.name, self.path, self.remote = name, path, remote
        self.repository = f"soak/{name}"
        #: Further keys of the site's file, besides repository, branch and path.
        self.keys = {}
        self.position = 0
        self._commits = commits
        self._lock = threading.Lock()

    @property
    def commits(self):
        """The commits of the history, the oldest first."""
        return self._commits

    def push(self, commits=1):
        """Moves the remote's branch forward by `commits` commits (0 announces the current commit again). Returns the
        delivery, and the position of the branch in the history."""
        with self._lock:
            if commits:
                self.position = min(self.position + commits, len(self._commits) - 1)
                self._move(self._commits[self.position])
            return forge.push(self.repository, self.newest), self.position

    def _move(self, commit):
        """Updates the reference as git would, without a process: writes a file beside the references and renames it."""
        new = self.remote / "main.new"
        new.write_text(f"{commit}\n")
        new.rename(self.remote / "refs/heads/main")

    @property
    def newest(self):
        """The commit of the remote's branch."""
        return self._commits[self.position]

    @property
    def head(self):
        return git(self.path, "rev-parse", "HEAD")

    @property
    def how_far(self):
        """The position of the clone's commit in the history; -1 if the history lacks the commit."""
        head = self.head
        return self._commits.index(head) if head in self._commits else -1

    @property
    def trouble(self):
        """Leftovers of a deployment: locks, rebases and changes."""
        folder = pathlib.Path(self.path) / ".git"
        found = [str(lock.relative_to(folder)) for lock in folder.rglob("*.lock") if lock.name != "bellpull.lock"]
        found += [name for name in ("rebase-merge", "rebase-apply") if (folder / name).exists()]
        return found + git(self.path, "status", "--porcelain").splitlines()


def make(folder, names, commits):
    """Creates sites with the given names in `folder`, with `commits` further commits each. They differ only in name."""
    folder = pathlib.Path(folder)
    first = folder / "first.git"
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "--template=", str(first))
    git(first, "fast-import", "--quiet", input="".join(_history(commits + 1)).encode())
    history = git(first, "rev-list", "--reverse", "main").splitlines()
    git(first, "update-ref", "refs/heads/main", history[0])
    sites = []
    for name in names:
        remote, path = folder / "remotes/soak" / f"{name}.git", folder / "sites" / name
        shutil.copytree(first, remote)
        git(folder, "clone", "--quiet", "--template=", str(remote), str(path))
        sites.append(Site(name, path, remote, history))
    return sites


def multiply(site, count):
    """Creates `count` more clones of the remote of `site`, from hard links. The clones are only read."""
    folders, files = [], []
    for place, _, names in os.walk(site.path):
        folders.append(os.path.relpath(place, site.path))
        files += [os.path.relpath(os.path.join(place, name), site.path) for name in names if name != "bellpull.lock"]
    clones = []
    for number in range(count):
        path = site.path.with_name(f"{site.name}-{number}")
        for folder in folders:
            os.mkdir(path / folder)
        for file in files:
            os.link(site.path / file, path / file)
        clones.append(Site(path.name, path, site.remote, site._commits))
    return clones
