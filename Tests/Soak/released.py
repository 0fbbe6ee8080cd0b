"""A site with the strategy `release`: every file of a release carries the number of the release."""

import io
import json
import os
import pathlib
import re
import subprocess
import tarfile

import repositories

#: The pages of every release, and how often each repeats its line: from one packet to many.
PAGES = {f"page{number}.html": 40 << number % 6 for number in range(12)}
#: Files that never change, so that releases share them.
CONSTANT = {f"static/{folder}/{number}.css": f"p {{ margin: {folder}{number}px }}\n" * 100
            for folder in range(6) for number in range(10)}
_LINE = re.compile(rb"<p>Release (\d+) of ([a-z0-9.]+)</p>\n")


def page(name, release):
    return f"<p>Release {release} of {name}</p>\n" * PAGES[name]


def release_of(name, body):
    """Returns the number of the release that `body`, the page `name`, is from; `None` if the page is not whole."""
    found = _LINE.match(body)
    if not found or found[2].decode() != name or body != found[0] * PAGES[name]:
        return None
    return int(found[1])


def _history(count):
    """Yields `count` commits for git-fast-import(1). Each changes every page, and moves a folder."""
    for number in range(count):
        yield f"commit refs/heads/main\ncommitter Alice <alice@example.org> {1_700_000_000 + number} +0000\n"
        yield f"data {len(str(number))}\n{number}\n"
        files = {name: page(name, number) for name in PAGES}
        files[f"news/{number}/index.html"] = f"<p>News {number}</p>\n"
        if number == 0:
            files |= CONSTANT
        for name, text in files.items():
            yield f"M {'100755' if name == 'page3.html' else '100644'} inline {name}\ndata {len(text)}\n{text}\n"
        yield f"M 120000 inline newest\ndata {len(f'news/{number}')}\nnews/{number}\n"
        if number >= 3:
            yield f"D news/{number - 3}\n"


class Site(repositories.Site):
    """The site. Its position is the number of the release."""

    def __init__(self, folder, name, count, history=_history):
        remote, path = folder / "remotes/soak" / f"{name}.git", folder / "sites" / name
        remote.mkdir(parents=True)
        path.mkdir(parents=True)
        repositories.git(remote, "init", "--quiet", "--bare", "--initial-branch=main", "--template=")
        repositories.git(remote, "fast-import", "--quiet", input="".join(history(count + 1)).encode())
        history = repositories.git(remote, "rev-list", "--reverse", "main").splitlines()
        repositories.git(remote, "update-ref", "refs/heads/main", history[0])
        super().__init__(name, path, remote, history)
        self.keys = {"strategy": "release", "remote": str(remote)}

    @property
    def live(self):
        """The name of the live release; `None` before the first deployment."""
        link = self.path / "current"
        return os.readlink(link).removeprefix("releases/") if link.is_symlink() else None

    @property
    def head(self):
        """The commit of the live release, as its record says."""
        return json.loads((self.path / f"releases/.{self.live}.json").read_text())["commit"]

    @property
    def trouble(self):
        """Leftovers of deployments."""
        releases, repository = self.path / "releases", self.path / "repository.git"
        names = {entry.name for entry in releases.iterdir()}
        complete = {name for name in names if not name.startswith(".")}
        records = {name[1:-5] for name in names if name.startswith(".") and name.endswith(".json")}
        found = sorted(names - complete - {f".{name}.json" for name in records})
        # A person may be setting a pin at any time, so nobody removes pinned.*.new.
        found += [path.name for path in self.path.iterdir()
                  if path.name.endswith((".new", ".damaged")) and not path.name.startswith("pinned.")]
        found += [str(lock.relative_to(self.path)) for lock in repository.rglob("*.lock")]
        refs = repositories.git(repository, "for-each-ref", "--format=%(refname:lstrip=3)", "refs/bellpull/releases")
        for kind, there in (("record", records), ("reference", set(refs.split())),
                            ("index", set(os.listdir(repository / "bellpull-releases")))):
            found += [f"{kind} without release: {name}" for name in sorted(there - complete)]
            found += [f"release without {kind}: {name}" for name in sorted(complete - there)]
        return found

    def differences(self):
        """Returns in what the live release differs from its commit, as git-archive(1) writes it."""
        commit, release = self.head, self.path / "releases" / self.live
        if not self.live.endswith(commit[:7]):
            return [f"{self.live} is said to be {commit}"]
        archive = subprocess.run(["git", "-C", self.remote, "archive", commit], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            expected = {member.name: _archived(tar, member) for member in tar if not member.isdir()}
        found = {str(path.relative_to(release)): _present(path) for path in _files(release)}
        return [f"{name} is not as in {commit[:7]}" for name in sorted(expected | found)
                if expected.get(name) != found.get(name)]


def _archived(tar, member):
    return member.linkname if member.issym() else (bool(member.mode & 0o100), tar.extractfile(member).read())


def _present(path):
    return os.readlink(path) if path.is_symlink() else (bool(path.stat().st_mode & 0o100), path.read_bytes())


def _files(folder):
    for place, folders, names in os.walk(folder):
        for name in names + [name for name in folders if os.path.islink(os.path.join(place, name))]:
            yield pathlib.Path(place, name)
