"""A remote, its author, and clones of it."""

import uuid

import delivery


def hang(git, clone, repository, script):
    """Gives a clone a remote that never answers: `git` runs git(1) in a clone, and `script` becomes the command in place of ssh."""
    script.write_text("exec sleep 3600\n")
    for key, value in (("core.sshCommand", f"sh '{script}'"), ("ssh.variant", "ssh"),
                       ("remote.origin.url", f"ssh://git@localhost/{repository}.git")):
        git(clone, "config", key, value)


class Repository:
    """A remote with `pages` pages. The author pushes; each name has a clone to deploy."""

    def __init__(self, bench, folder, names, pages=300):
        self.bench, self.folder = bench, folder
        self.remote, self.author = folder / "alice/blog.git", folder / "author"
        self.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", self.remote)
        self.git(folder, "clone", "--quiet", self.remote, self.author)
        for number in range(pages):
            page = self.author / str(number // 100) / f"{number % 100}.html"
            page.parent.mkdir(exist_ok=True)
            page.write_text(f"<p>Page {number}</p>\n")
        self.git(self.author, "add", ".")
        self.git(self.author, "commit", "--quiet", "--message", f"{pages} pages")
        self.git(self.author, "push", "--quiet", "--set-upstream", "origin", "HEAD:main")
        #: The files of the site, those of different folders side by side.
        self.pages = sorted(self.author.glob("*/*.html"), key=lambda page: (page.name, page.parent.name))
        self._number = 0
        self.clones = {name: folder / f"clone{number}" for number, name in enumerate(names)}
        for clone in self.clones.values():
            self.git(folder, "clone", "--quiet", self.remote, clone)
        # The first deployment syncs its objects, and would wait for all these files.
        bench.processes.output("sync", "-f", folder)

    def git(self, clone, *arguments):
        return self.bench.processes.output("git", "-C", clone, *arguments)

    def head(self, clone):
        """Returns the commit of the branch, read without a process."""
        return (clone / ".git/refs/heads/main").read_text().strip()

    def push(self):
        """Commits and pushes one changed page. Returns the body that GitHub would send, and the commit."""
        before = self.head(self.author)
        page = self.pages[self._number % len(self.pages)]
        self._number += 1
        page.write_text(f"<p>Edition {self._number}, {uuid.uuid4()}</p>\n")
        self.git(self.author, "commit", "--quiet", "--all", "--message", f"Edition {self._number}")
        self.git(self.author, "push", "--quiet")
        after = self.head(self.author)
        commit = delivery.template["head_commit"] | {
            "id": after, "modified": [str(page.relative_to(self.author))], "added": []}
        news = {"ref": "refs/heads/main", "before": before, "after": after, "head_commit": commit, "commits": [commit]}
        return delivery.body(delivery.template | news), after
