"""python3 Tests/Soak PART: runs one part of scripts/soak with the program that BELLPULL names."""

import importlib
import os
import pathlib
import signal
import sys
import tempfile
import time

import verdict

PARTS = ("kill", "releases", "swaps", "checkouts", "steps", "power", "leaks", "sites", "ledger", "hung", "replays", "hostile")
LONGEST = 1200


def end(number, _):
    """Exits, so that all started processes end and all files are removed. Ignores further signals meanwhile."""
    for other in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(other, signal.SIG_IGN)
    sys.exit(f"scripts/soak: error: the part took longer than {LONGEST} s" if number == signal.SIGALRM else 128 + number)


def main():
    (part,) = sys.argv[1:]
    if part not in PARTS:
        sys.exit(f"scripts/soak: error: unknown part: {part}\nscripts/soak: hint: {', '.join(PARTS)}")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, end)
    signal.alarm(LONGEST)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as folder:
        # git must not read the settings of the user or the machine.
        os.environ |= {"GIT_CONFIG_GLOBAL": f"{folder}/gitconfig", "GIT_CONFIG_NOSYSTEM": "1"}
        importlib.import_module(part).run(pathlib.Path(folder))
    print(f"  ({time.monotonic() - start:.0f} s in all)")
    if verdict.broken:
        sys.exit(f"scripts/soak: error: {part}: broken promises: {'; '.join(verdict.broken)}")


main()
