"""The conditions of a run: the machine and the versions of all programs."""

import os
import pathlib
import platform
import re
import subprocess

#: Prints the version of each program.
VERSIONS = {
    "nginx": ["nginx", "-v"], "git": ["git", "--version"], "openssl": ["openssl", "version"], "wrk": ["wrk", "-v"],
    "webhook": ["webhook", "-version"], "php-fpm": ["sh", "-c", "php-fpm* -v || /usr/sbin/php-fpm[0-9]* -v"],
    "gunicorn": ["/usr/bin/gunicorn", "--version"],
    "flask": ["/usr/bin/python3", "-c", "import flask; print('flask', flask.__version__)"],
    "GitPython": ["/usr/bin/python3", "-c", "import git; print('GitPython', git.__version__)"],
    "fcgiwrap": ["dpkg-query", "--show", "fcgiwrap"], "libfcgi": ["sh", "-c", "dpkg-query --show 'libfcgi0*' | awk NF==2"],
}


def describe(folder, program):
    """Returns the machine that runs the benchmark in `folder`, and the versions of Bellpull and its neighbours."""
    return {
        "machine": {
            "cpu": _first(r"model name\s*: (.*)", "/proc/cpuinfo") or platform.processor() or platform.machine(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_mb": round(int(_first(r"MemTotal: *(\d+)", "/proc/meminfo") or 0) * 1024 / 1e6),
            "kernel": platform.release(),
            "system": _first(r'PRETTY_NAME="(.*)"', "/etc/os-release"),
            "file_system": _output("findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(folder)),
            "load_before": os.getloadavg()[0],
        },
        "versions": {"bellpull": _output(str(program), "--version"), "python": platform.python_version()}
        | {name: _output(*command) for name, command in VERSIONS.items()},
    }


def summary(machine):
    """Returns the machine in one line."""
    return (f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel'].split('-')[0]}, {machine['system']}, "
            f"{machine['file_system']}")


def _first(pattern, file):
    try:
        found = re.search(pattern, pathlib.Path(file).read_text())
    except OSError:
        return ""
    return found[1].strip() if found else ""


def _output(*command):
    """Returns the first line of the output; nothing if the program is missing."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if re.search(r"\d|\w", line) and "not found" not in line]
    return lines[0].strip() if lines else ""
