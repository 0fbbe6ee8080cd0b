"""A site after a power failure: what the disk still had, in a folder of its own, and the ways to go on."""

import collections
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import time

import disk
import fastcgi
import forge
import program
import pushes
import repositories

#: How long a start, or a delivery, may take to bring the site to its commit.
PATIENCE = 10.0


def files_of_site(state):
    """Returns the files of the site and of the ledger. SQLite changes the file -shm through mmap(2), and never trusts the
    file after a restart."""
    return [file for file in state if file.path.startswith(("site", "bellpull/state")) and not file.path.endswith("-shm")]


class Outage:
    """The site of `case` with the files of a state of its disk, below `folder`, until the end of a `with` block."""

    def __init__(self, case, state, folder, remote):
        self.case, self.folder, self.remote = case, folder, remote
        #: What Bellpull said although it was not so.
        self.false_claims = []
        self.site = case.site(folder / "site", self.remote)
        self.bellpull = program.Bellpull(folder / "bellpull", [self.site], catch_up="1h")
        (folder / "bellpull/state").rmdir()
        disk.write(state, folder)
        settings = folder / "site/.git/config"
        settings.write_text(settings.read_text().replace(str(case.remote), str(self.remote)))
        (folder / "bellpull/state").mkdir(exist_ok=True)
        #: The number of the deployment that the power failure hit, and whether the ledger says that it succeeded.
        self.recorded = case.deployment
        self.is_recorded = self._look_into_ledger(case.deployment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    # The ways to go on.

    def deploy(self):
        """A person deploys the site."""
        return self.bellpull.deploy("site")

    def start(self):
        """Bellpull starts, and nothing else happens."""
        with self._service() as ask:
            ask(_Request("GET", "/github", [], b""))
            self._wait()
        return self._errors

    def delivery(self):
        """Bellpull starts, and the forge delivers the newest push, perhaps for the second time."""
        head, _, body = forge.push(self.site.repository, self.site.newest).request.partition(b"\r\n\r\n")
        headers = [line.split(": ") for line in head.decode().split("\r\n")[1:]]
        with self._service() as ask:
            answer = ask(_Request("POST", "/github", headers, body))
            outcome = re.search("(?i)bellpull-outcome: *(deployed|unchanged|duplicate)", answer)
            if outcome:
                self.add_claims(f"a delivery is answered {outcome[1]}")
            self._wait()
        return self._errors

    @contextlib.contextmanager
    def _service(self):
        """Runs Bellpull. Yields a function that sends a request and returns the answer."""
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.folder / "s"))
            listening.listen()

            def ask(request):
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(60)
                    connection.connect(listening.getsockname())
                    connection.sendall(fastcgi.request(request))
                    answer = b""
                    while part := connection.recv(1 << 16):
                        answer += part
                return fastcgi.output(answer).decode(errors="replace")

            self.bellpull.socket = listening
            self.bellpull.start()
            try:
                yield ask
            finally:
                self.bellpull.stop()

    @property
    def _errors(self):
        return " ".join(line for line in self.bellpull.log_end.splitlines() if " error " in line)

    def _wait(self):
        end = time.monotonic() + PATIENCE
        while (self._is_busy() or self.wrong_files()) and time.monotonic() < end:
            time.sleep(0.05)

    def _is_busy(self):
        with contextlib.suppress(sqlite3.OperationalError):
            return self.bellpull.count("deployment", "ended IS NULL") > 0
        return True

    # Facts.

    def _look_into_ledger(self, deployment):
        """Returns whether the ledger says that the deployment succeeded. Reads a copy, as reading changes the ledger."""
        copy = self.folder / "ledger"
        shutil.copytree(self.bellpull.folder / "state", copy)
        with contextlib.closing(sqlite3.connect(copy / "ledger.sqlite")) as ledger:
            with contextlib.suppress(sqlite3.OperationalError):
                rows = ledger.execute("SELECT state FROM deployment WHERE id = ?", [deployment]).fetchall()
                return rows in ([("deployed",)], [("unchanged",)])
        return False

    def add_claims(self, words, remote=None):
        """Adds a false claim if the site is not at the newest commit of the remote."""
        if wrong := self.wrong_files(remote):
            self.false_claims.append(f"{words}, but {_shortened(wrong)}")

    def tree(self):
        """Returns the modes and objects of the files in the work tree, computed from the contents."""
        found = {}
        for place, folders, names in os.walk(self.site.path):
            if place == str(self.site.path):
                folders.remove(".git")
            links = [name for name in folders if os.path.islink(os.path.join(place, name))]
            for path in (pathlib.Path(place, name) for name in names + links):
                if path.is_symlink():
                    mode, content = "120000", os.readlink(path).encode()
                else:
                    mode, content = "100755" if path.stat().st_mode & 0o100 else "100644", path.read_bytes()
                found[str(path.relative_to(self.site.path))] = mode, _object(content)
        return found

    def wrong_files(self, remote=None):
        """Returns which files are not as in the newest commit, and which files of a person are not as planted."""
        files, right = self.tree(), self.case.trees[remote or self.remote]
        found = [f"{name}: a person's file is gone or changed" for name, content in pushes.PLANTED.items()
                 if files.pop(name, ("", ""))[1] != _object(content)]
        return found + [f"{name} is {'missing' if name not in files else 'left over' if name not in right else 'wrong'}"
                        for name in sorted(files.keys() | right.keys()) if files.get(name) != right.get(name)]

    def faults(self, keeps_order):
        """Returns what is wrong with the site, the repository and the ledger after the site went on."""
        wrong, repository = self.wrong_files(), self.site.path / ".git"
        found = [_shortened(wrong)] if wrong else []
        # Git does not sync the reflog. Without an order, the disk may have the line for a lost commit, which does no harm.
        options = ["--full", "--no-dangling"] + ([] if keeps_order else ["--no-reflogs"])
        checked = subprocess.run(["git", "-C", self.site.path, "fsck", *options], capture_output=True, text=True)
        if checked.returncode or checked.stdout:
            found.append(f"git fsck: {(checked.stderr + checked.stdout).strip()[-200:]}")
            return found
        if trouble := [line for line in self.site.trouble if line[3:] not in pushes.PLANTED]:
            found.append(_shortened(trouble))
        if repositories.git(self.site.path, "stash", "list"):
            found.append("a stash")
        # After a recorded deployment, the next one clears up.
        if not self.is_recorded or self.bellpull.count("deployment", f"id > {self.recorded} AND state = 'deployed'"):
            found += [name for name in ("bellpull-before", "bellpull.paths") if (repository / name).exists()]
            if {"deploying", "working"} & set((repository / "bellpull.lock").read_text().split()):
                found.append("the lock is still marked")
        rows = self.bellpull.rows("SELECT state, failure FROM deployment ORDER BY id DESC LIMIT 1")
        if not rows or rows[0][0] not in ("deployed", "unchanged"):
            found.append(f"the ledger says {rows}")
        return found

    @property
    def saved(self):
        """How many files Bellpull moved away."""
        return sum(len(names) for _, _, names in os.walk(self.site.path / ".git/bellpull-saved"))


def _shortened(names):
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


_Request = collections.namedtuple("Request", "method target headers body")


def _object(content):
    """Returns the name of the content in git."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def tree_of_commit(path):
    """Returns the modes and objects of the files of HEAD."""
    listing = repositories.git(path, "ls-tree", "-r", "-z", "HEAD").split("\0")
    return {name: tuple(words.split()[::2]) for words, _, name in (line.partition("\t") for line in listing) if name}
