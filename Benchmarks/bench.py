"""bench.py [--quick] [--only NAME[,NAME…]] [--json FILE] [--instructions [--record]]: what `scripts/bench` runs.

Runs the measures one after the other, each with its own servers in its own folder. As root it runs them as the user `www-data`.
BELLPULL in the environment is the program to measure; without it the program is built.
"""

import argparse
import contextlib
import datetime
import encodings.idna
import json
import os
import pathlib
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path.append(str(HERE.parent / "Tests/Soak"))

import cgroups
import instructions
import machine
import measures
import processes
from processes import BenchError
from report import Report

#: Modules that Python would read later, when root has given up the right to read its own folders.
EARLY = (encodings.idna, resource)
#: Root gives up its rights for those of this user, who is on every Debian.
USER = "www-data"


class Bench:
    """What every measure needs: the program, a folder, the processes, and the report."""

    def __init__(self, folder, groups, is_quick):
        self.folder, self.groups, self.is_quick = folder, groups, is_quick
        self.program = folder / "bellpull"
        self.report = Report()
        #: Requests per second, by kind of server.
        self.rates = {}
        self.environment = {
            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8",
            "BELLPULL": str(self.program), "GITHUB_SECRET": os.environ["GITHUB_SECRET"],
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}
        os.environ |= self.environment

    def pick(self, full, quick):
        return quick if self.is_quick else full

    def run(self, names):
        """Runs measures, and returns the names of those that failed. Prints the bars."""
        failed, commands = [], []
        for name in names:
            module = measures.ALL[name]
            self.report.begin(name, module.__doc__.splitlines()[0].rstrip("."))
            folder = self.folder / name
            folder.mkdir()
            try:
                with processes.Processes(self.folder, dict(self.environment), self.groups) as self.processes:
                    module.run(self, folder)
            except (BenchError, OSError, RuntimeError) as error:
                print(f"scripts/bench: error: {name}: {error}", file=sys.stderr)
                failed.append(name)
            self.report.end()
            commands += [command for command in self.processes.commands if command not in commands]
            shutil.rmtree(folder, ignore_errors=True)
        self.report.print_bars()
        return failed, commands


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: everything of importance within two minutes")
    parser.add_argument("--only", metavar="NAME[,NAME]", help=f"some measures only: {', '.join(measures.ALL)}")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="write all figures with all their rounds")
    parser.add_argument("--instructions", action="store_true", help="count the instructions per delivery instead")
    parser.add_argument("--record", action="store_true", help="with --instructions: write new figures")
    for name in ("releases", "steps", "pages"):
        parser.add_argument(f"--{name}", action="append_const", dest="named", const=name, help=f"the same as --only {name}")
    options = parser.parse_args()
    options.names = (options.only.split(",") if options.only else []) + (options.named or []) or measures.USUAL
    if unknown := set(options.names) - set(measures.ALL):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(measures.ALL)}")
    return options


def built():
    """Builds the program and returns its path."""
    return subprocess.run([HERE.parent / "scripts/build"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def prepare(folder, program):
    """Puts into the folder what an unprivileged user could not read or make."""
    folder.chmod(0o755)
    shutil.copy(program, folder / "bellpull")
    shutil.copy(HERE / "push.lua", folder)
    (folder / "gitconfig").write_text(
        "[user]\nname = Alice\nemail = alice@example.org\n[commit]\ngpgSign = false\n[advice]\ndetachedHead = false\n")
    compiler = [os.environ.get("CC", "cc"), "-O2", "-Wall", "-Wextra"]
    subprocess.run([*compiler, "-o", folder / "bare-responder", HERE / "bare-responder.c", "-lfcgi", "-lcrypto", "-lpthread"],
                   check=True)


def give_up_root(folder, groups):
    user = pwd.getpwnam(USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    for path in folder.iterdir():
        os.chown(path, user.pw_uid, user.pw_gid)
    groups.give_to(user.pw_uid, user.pw_gid)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def measure(options, folder, groups, output):
    """Runs the measures in this process, which is a child of the one that cleans up. Returns the exit status."""
    if groups.path:
        groups.enter()
    else:
        processes.adopt_orphans()
    if os.geteuid() == 0:
        give_up_root(folder, groups)
    processes.end_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.chdir(folder)
    bench = Bench(folder, groups, options.quick)
    conditions = machine.describe(folder, bench.program)
    conditions["processor_time"] = groups.kind
    print(f"Bellpull {conditions['versions']['bellpull']} on {machine.summary(conditions['machine'])}")
    print(f"load before: {conditions['machine']['load_before']:.2f}; processor time: {groups.kind}")
    start = time.monotonic()
    failed, commands = bench.run(options.names)
    if output:
        conditions |= {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                       "command": "scripts/bench " + " ".join(sys.argv[1:]), "is_quick": options.quick,
                       "commands": commands}
        conditions["machine"]["load_after"] = os.getloadavg()[0]
        output.truncate(0)
        output.write(as_text(conditions | bench.report.as_json()))
        output.flush()
    print(f"\n{time.monotonic() - start:.0f} s")
    return 1 if failed or not all(bar.is_kept for bar in bench.report.bars) else 0


def as_text(run):
    """Returns JSON with one line per figure."""
    text = json.dumps(run | {"figures": "FIGURES"}, indent=1)
    figures = ",\n  ".join(json.dumps(figure) for figure in run["figures"])
    return text.replace('"FIGURES"', f"[\n  {figures}\n ]") + "\n"


def in_child(body):
    """Runs `body` in a child process, and returns its exit status. A signal to this process ends the child."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = body()
        except SystemExit as exit:
            status = exit.code
        except KeyboardInterrupt:
            status = 130
        except Exception:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status if isinstance(status, int) else 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main():
    options = arguments()
    program = pathlib.Path(os.environ.get("BELLPULL") or built()).resolve()
    if not os.access(program, os.X_OK):
        sys.exit(f"scripts/bench: error: no program at {program}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bellpull-bench-"))
    try:
        if options.instructions:
            return instructions.run(folder, program, options.record)
        prepare(folder, program)
        groups = cgroups.ControlGroups()
        try:
            # An interrupted run leaves the file as it was.
            with open(options.json, "a") if options.json else contextlib.nullcontext() as output:
                return in_child(lambda: measure(options, folder, groups, output))
        finally:
            groups.remove()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
