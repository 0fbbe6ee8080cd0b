"""Running programs: starts and stops servers, and adds up what all processes of a server use.

Without the right to make control groups (cgroups.py), the times of the running processes and of the children that they have waited
for are added up.
"""

import contextlib
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import time

from program import end

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
TICK = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """A measure cannot go on."""


def expect(fact, otherwise):
    if not fact:
        raise BenchError(otherwise)


def end_with_parent():
    """Ends this process when its parent is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def adopt_orphans():
    """Makes this process the parent of its orphaned descendants, so that it finds them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Processes:
    """All programs that the benchmark runs. Stops them at the end of a `with`."""

    def __init__(self, folder, environment, groups):
        self.folder, self.environment, self.groups = folder, environment, groups
        #: The commands that were started, for the report.
        self.commands = []
        self._running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in reversed(self._running):
            server.stop()
        kill_all(descendants(os.getpid()))

    def start(self, name, command, log, **options):
        """Starts a server with its output in the file `log`."""
        server = Server(name, command, log, self.groups, {"env": self.environment} | options)
        self._running.append(server)
        words = re.sub(r"\$TMP/[a-z]+/", "$TMP/", " ".join(map(str, command)).replace(str(self.folder), "$TMP"))
        words = re.sub(r"(port[ =])\d+", r"\1PORT", words)
        if words not in self.commands:
            self.commands.append(words)
        return server

    def stop(self, server):
        server.stop()
        self._running.remove(server)

    def output(self, *command, **options):
        """Runs a command and returns its output."""
        done = subprocess.run(command, env=self.environment, capture_output=True, timeout=600, **options)
        expect(done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode().strip()


class Server:
    """A running server with all its processes."""

    def __init__(self, name, command, log, groups, options):
        self.name, self.log = name, log
        self._group = groups.make(name.replace(" ", "-"))
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                command, stdin=options.pop("stdin", subprocess.DEVNULL), stdout=output, stderr=output, **options)
        self.pid = self._process.pid
        if self._group:
            self._group.add(self.pid)

    def await_(self, fact, seconds=10):
        """Waits until `fact()` is true."""
        end = time.monotonic() + seconds
        while not fact():
            text = self.log.read_text(errors="replace")[-2000:]
            expect(self._process.poll() is None, f"{self.name} has exited\n{text}")
            expect(time.monotonic() < end, f"{self.name} is not ready after {seconds} seconds\n{text}")
            time.sleep(0.02)

    @property
    def processes(self):
        if self._group:
            return self._group.processes
        return [self.pid, *descendants(self.pid)]

    @property
    def cpu(self):
        """Seconds of processor time, user and system, of all processes that the server ever had."""
        return self._group.cpu if self._group else sum(map(_times, self.processes))

    def memory(self):
        """Returns the memory of all processes in MB: resident, and what only they have written (private)."""
        totals = {"resident": 0, "private": 0}
        for process in self.processes:
            with contextlib.suppress(OSError):
                for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                    key, _, value = line.partition(":")
                    if name := {"Rss": "resident", "Private_Dirty": "private"}.get(key):
                        totals[name] += int(value.split()[0]) * 1024 / 1e6
        return totals

    def reset_peak(self):
        for process in self.processes:
            with contextlib.suppress(OSError):
                pathlib.Path(f"/proc/{process}/clear_refs").write_text("5")

    def peak(self):
        """Returns the sum of the peaks of the processes that still run, in MB of resident memory."""
        return sum(_status(process, "VmHWM") for process in self.processes)

    def stop(self):
        """Stops all processes: politely, and after ten seconds at once."""
        end(self._process, 10)
        if self._group:
            kill_all(self._group.processes)


def _status(process, key):
    """Returns a size in /proc/PID/status in MB; 0 if the process has exited."""
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0


def stat(process):
    """Returns the fields of /proc/PID/stat after the name; nothing if the process has exited."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _times(process):
    """Returns the seconds of processor time of a process, and of its children that it has waited for."""
    with contextlib.suppress(OSError):
        # The clock of another process (clock_getcpuclockid(3)).
        return time.clock_gettime(~process << 3 | 2) + sum(map(int, stat(process)[13:15])) / TICK
    return 0


def descendants(process):
    """Returns the children of a process, their children, and so on."""
    parents = {int(entry): int(fields[1]) for entry in os.listdir("/proc") if entry.isdigit() and (fields := stat(entry))}
    found, new = [], [process]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


def kill_all(processes):
    """Kills processes, and waits for those that are children of this one."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(process, 0)
