"""Sites with one push to deploy: new, changed and removed files, as a pull, a mirror, a rebase."""

import random
import shutil

import program
import repositories

#: The files of a person: an untracked one, an ignored one, and one in an ignored folder.
PLANTED = {"notes.txt": b"mine\n", "config.php": b"<?php // mine\n", "uploads/photo.jpg": bytes(range(256)) * 8}
#: The commits: the first one, one that is rewritten later, the pushed one, and one more on top of that.
FIRST, REWRITTEN, PUSHED, NEWER = range(4)
_PARENTS = {FIRST: None, REWRITTEN: FIRST, PUSHED: FIRST, NEWER: PUSHED}


def _page(name, edition):
    return f"<p>Edition {edition} of {name}</p>\n".encode() * 250


def _changes():
    """Returns what each commit changes: contents, texts for the targets of symbolic links, `None` for removals."""
    chance = random.Random(1)
    first = {f"page{number}.html": _page(number, 1) for number in range(10)}
    first |= {".gitignore": b"config.php\n/uploads/\n", "old/gone.html": _page("gone", 1), "old/deep/gone.txt": b"gone\n",
              "grows": b"a file\n", "shrinks/index.html": _page("folder", 1), "empty": b"", "link": "page1.html",
              "photo.png": chance.randbytes(20_000), "run": b"#!/bin/sh\n", "zeros": bytes(5000)}
    pushed = {"old": None, "grows": None, "shrinks": None}
    pushed |= {name: _page(name, 2) for name in ("page0.html", "page1.html", "news/2/index.html", "news/2/more/a b.html")}
    pushed |= {"grows/index.html": _page("folder", 2), "shrinks": b"a file\n", "empty": b"full\n", "link": "page2.html",
               "photo.png": chance.randbytes(30_000), "film.mp4": chance.randbytes(30_000), "zeros": b"0" + bytes(9000),
               "new-empty": b"", "run": b"#!/bin/sh\n"}
    return {FIRST: first, REWRITTEN: {"page3.html": _page(3, 9), "wrong.html": _page("wrong", 9)}, PUSHED: pushed,
            NEWER: {name: _page(name, 3) for name in ("page0.html", "page5.html", "news/3/index.html")}}


def _history():
    """Yields the commits for git-fast-import(1)."""
    for commit, files in _changes().items():
        yield f"commit refs/heads/c{commit}\nmark :{commit + 1}\ncommitter Alice <alice@example.org> 1700000000 +0000\n"
        yield f"data 1\n{commit}\n"
        if (parent := _PARENTS[commit]) is not None:
            yield f"from :{parent + 1}\n"
        for name, content in files.items():
            if content is None:
                yield f"D {name}\n"
                continue
            mode = "120000" if isinstance(content, str) else "100755" if (name, commit) == ("run", PUSHED) else "100644"
            content = content.encode() if isinstance(content, str) else content
            yield f'M {mode} inline "{name}"\ndata {len(content)}\n'
            yield content
            yield "\n"


class Case:
    """A site whose remote has got a push. `folder` gets the remote, a remote with one more push, and in `root` whatever
    Bellpull changes: the clone and the ledger."""

    #: What is special about the deployment.
    name = "pull"
    #: The commit of the clone.
    start = FIRST
    #: Keys of the site's file.
    keys = {}

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "root"
        self.path = self.root / "site"
        self.remote, self.newer_remote = folder / "pushed.git", folder / "newer.git"
        folder.mkdir()
        repositories.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "--template=", str(self.remote))
        history = b"".join(part if isinstance(part, bytes) else part.encode() for part in _history())
        repositories.git(self.remote, "fast-import", "--quiet", input=history)
        self.commits = [repositories.git(self.remote, "rev-parse", f"c{commit}") for commit in range(4)]
        for commit in range(4):
            repositories.git(self.remote, "update-ref", "-d", f"refs/heads/c{commit}")
        shutil.copytree(self.remote, self.newer_remote)
        self._show(self.newer_remote, NEWER)
        self._show(self.remote, self.start)
        repositories.git(folder, "clone", "--quiet", "--no-local", "--template=", str(self.remote), str(self.path))
        settings = {"user.name": "Bob", "user.email": "bob@example.org"}
        # The rebuilt files have other inodes and change times. Git must trust its index all the same, as after a reboot.
        settings |= {"core.trustctime": "false", "core.checkStat": "minimal"}
        for key, value in settings.items():
            repositories.git(self.path, "config", key, value)
        for name, content in PLANTED.items():
            (self.path / name).parent.mkdir(exist_ok=True)
            (self.path / name).write_bytes(content)
        self.bellpull = program.Bellpull(self.root / "bellpull", [self.site(self.path, self.remote)])
        self.prepare()
        self._show(self.remote, PUSHED)

    def prepare(self):
        """Deploys the first commit, so that the recorded deployment is not the first one."""
        if error := self.bellpull.deploy("site"):
            raise RuntimeError(error)

    def _show(self, remote, newest):
        """Has the remote show the commits up to `newest`."""
        repositories.git(remote, "update-ref", "refs/heads/main", self.commits[newest])
        for commit in range(newest + 1):
            repositories.git(remote, "update-ref", f"refs/tags/v{commit}", self.commits[commit])

    def site(self, path, remote):
        """Returns the site as a clone at `path` of `remote`."""
        site = repositories.Site("site", path, remote, self.commits)
        site.keys, site.position = self.keys, NEWER if remote == self.newer_remote else PUSHED
        return site


class Mirror(Case):
    """The site follows tags, and was never deployed."""

    name = "mirror, the first deployment"
    keys = {"branch": None, "tag": "v*"}

    def prepare(self):
        pass


class Rebase(Case):
    name = "rebase of a local commit"

    def prepare(self):
        super().prepare()
        (self.path / "page9.html").write_bytes(_page(9, "local"))
        (self.path / "local.html").write_bytes(_page("local", 1))
        repositories.git(self.path, "add", "page9.html", "local.html")
        repositories.git(self.path, "commit", "--quiet", "--message", "local")


class Rewritten(Case):
    name = "pull of a rewritten branch"
    start = REWRITTEN


class Filtered(Case):
    """Bellpull keeps the old files during the deployment, as the clone has a filter."""

    name = "pull with a filter"

    def prepare(self):
        super().prepare()
        attributes = self.path / ".git/info/attributes"
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text("*.html filter=same\n")
        for key, value in {"smudge": "cat", "clean": "cat", "required": "true"}.items():
            repositories.git(self.path, "config", f"filter.same.{key}", value)


CASES = (Case, Mirror, Rebase, Rewritten, Filtered)
