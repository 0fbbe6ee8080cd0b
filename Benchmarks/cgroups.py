"""Control groups: they count the processor time of every process that a server ever had."""

import contextlib
import os
import pathlib
import time

from processes import kill_all


class ControlGroups:
    """A control group for the benchmark, with one child per server. `path` is None if none can be made."""

    def __init__(self):
        self.path, self.kind = None, "sum over processes"
        for root, kind in (("/sys/fs/cgroup", "cgroup v2"), ("/sys/fs/cgroup/unified", "cgroup v2"),
                           ("/sys/fs/cgroup/cpuacct", "cgroup v1")):
            clock = "cpu.stat" if kind == "cgroup v2" else "cpuacct.usage"
            path = pathlib.Path(root) / f"bellpull-bench-{os.getpid()}"
            with contextlib.suppress(OSError):
                path.mkdir()
                if (path / clock).exists() and (path / "cgroup.procs").exists():
                    self.path, self.kind = path, kind
                    return
                path.rmdir()

    def give_to(self, user, group):
        """Lets another user make groups in it and move processes into them."""
        if self.path:
            for file in (self.path, self.path / "cgroup.procs"):
                os.chown(file, user, group)

    def enter(self):
        """Moves this process into the group, so that another user's process may move its children."""
        self.make("bench").add(os.getpid())

    def make(self, name):
        """Returns a group for a server. A server that is started again gets a new group."""
        if self.path is None:
            return None
        number = sum(child.is_dir() for child in self.path.iterdir())
        path = self.path / f"{number}-{name}"
        path.mkdir()
        return ControlGroup(path)

    def remove(self):
        """Kills what is left in the groups, and removes them."""
        if self.path is None:
            return
        for path in [path for path in self.path.iterdir() if path.is_dir()]:
            kill_all(ControlGroup(path).processes)
            for _ in range(100):
                try:
                    path.rmdir()
                    break
                except OSError:
                    time.sleep(0.05)
        with contextlib.suppress(OSError):
            self.path.rmdir()


class ControlGroup:
    def __init__(self, path):
        self.path = path

    def add(self, process):
        (self.path / "cgroup.procs").write_text(str(process))

    @property
    def processes(self):
        return [int(line) for line in (self.path / "cgroup.procs").read_text().split() if int(line) != os.getpid()]

    @property
    def cpu(self):
        """Seconds of processor time, user and system."""
        if (self.path / "cpuacct.usage").exists():
            return int((self.path / "cpuacct.usage").read_text()) / 1e9
        stat = dict(line.split() for line in (self.path / "cpu.stat").read_text().splitlines())
        return (int(stat["user_usec"]) + int(stat["system_usec"])) / 1e6
